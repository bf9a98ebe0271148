using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.Options;
using Portal.Access.Sessions;
using Portal.Store;

namespace Portal.Access;

/// <summary>
/// The session that a page was opened with. While the page is open it is checked again and again, and at once when a session or
/// a role mapping changed anywhere: when it ended or grants something else now, the page counts as signed out and is to go
/// through the sign-in page, which lets a session that is still good straight back.
/// </summary>
internal sealed class PageSession(SessionReader sessions, ChangeFeed feed, IOptions<AccessOptions> options, ILogger<PageSession> log)
    : ServerAuthenticationStateProvider, IAsyncDisposable
{
    private static readonly AuthenticationState SignedOut = new(new ClaimsPrincipal(new ClaimsIdentity()));

    private readonly CancellationTokenSource closed = new();
    private readonly CancellationTokenSource lost = new();
    private readonly SemaphoreSlim changed = new(0);
    private Task watching = Task.CompletedTask;

    /// <summary>Cancelled once the access that the page was opened with is gone. For what streams to the page.</summary>
    public CancellationToken Lost => lost.Token;

    public async Task<Actor> ActorAsync(CancellationToken cancellationToken)
    {
        var user = (await GetAuthenticationStateAsync()).User;
        var view = await ViewAsync(user, inUse: true, cancellationToken) ?? throw new SignedOutException();
        return view.Actor(user.FindFirstValue(SessionClaims.Source) ?? "unknown");
    }

    public void Watch() => watching = WatchAsync(closed.Token);

    public async ValueTask DisposeAsync()
    {
        // Known to the container under two names, hence disposed of twice.
        if (closed.IsCancellationRequested)
        {
            return;
        }

        await closed.CancelAsync();
        await watching;
        closed.Dispose();
        lost.Dispose();
        changed.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is SessionNotes.Kind or Members.MemberNotes.Kind && changed.CurrentCount == 0)
            {
                changed.Release();
            }
        });
        var user = (await GetAuthenticationStateAsync()).User;
        try
        {
            while (await StillGoodAsync(user, cancellationToken))
            {
                await changed.WaitAsync(options.Value.PageCheck, cancellationToken);
            }

            await lost.CancelAsync();
            SetAuthenticationState(Task.FromResult(SignedOut));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    private async Task<bool> StillGoodAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        try
        {
            return await ViewAsync(user, inUse: false, cancellationToken) is { } view && user.HasClaim(SessionClaims.Stamp, view.Access.Stamp);
        }
        catch (Npgsql.NpgsqlException error)
        {
            log.LogWarning(error, "Cannot check the session of an open page; it is asked again, and what it does meanwhile is refused");
            return true;
        }
    }

    private async Task<SessionView?> ViewAsync(ClaimsPrincipal user, bool inUse, CancellationToken cancellationToken) =>
        Guid.TryParse(user.FindFirstValue(SessionClaims.Session), out var id) ? await sessions.ByIdAsync(id, inUse, cancellationToken) : null;
}

/// <summary>Begins to watch when a page becomes interactive; a page that is only read has nothing to lose.</summary>
internal sealed class PageSessionCircuit(PageSession session) : CircuitHandler
{
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        session.Watch();
        return Task.CompletedTask;
    }
}
