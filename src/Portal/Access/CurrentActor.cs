namespace Portal.Access;

/// <summary>Who looks at this page, for its code. Ask again for each act: what was granted a minute ago may be gone.</summary>
public sealed class CurrentActor
{
    private readonly PageSession session;

    internal CurrentActor(PageSession session) => this.session = session;

    /// <summary>The actor with what is granted now, at most a second old.</summary>
    /// <exception cref="SignedOutException">The session has ended.</exception>
    public Task<Actor> GetAsync(CancellationToken cancellationToken) => session.ActorAsync(cancellationToken);

    /// <summary>Cancelled when the access that the page was opened with ended or changed. Streams to the page (logs, a terminal) stop with it.</summary>
    public CancellationToken Lost => session.Lost;
}
