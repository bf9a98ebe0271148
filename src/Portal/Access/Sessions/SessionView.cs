namespace Portal.Access.Sessions;

/// <summary>A session that is good at this moment, with what it grants.</summary>
internal sealed record SessionView(Session Session, AccessGrants Access)
{
    /// <param name="source">Where this call comes from, which may differ from where the session was opened.</param>
    public Actor Actor(string source) =>
        new(ActorKind.Person, Session.UserName, source, Access.PlatformAdministrator, Access.Grants);
}
