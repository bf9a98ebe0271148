using System.Collections.Immutable;

namespace Portal.Model;

public enum ActorKind { Person, Webhook, System }

/// <summary>Who acts: a signed-in person, a webhook, or the portal itself; with what they were granted when they were looked up.</summary>
/// <param name="Name">Sign-in name, webhook name, or the portal's own loop.</param>
/// <param name="Source">The caller's address, or <c>portal</c>.</param>
/// <param name="PlatformAdministrator">May do everything, in every tenant.</param>
public sealed record Actor(
    ActorKind Kind,
    string Name,
    string Source,
    bool PlatformAdministrator,
    ImmutableDictionary<Guid, TenantGrant> Grants)
{
    public static Actor System(string loop) =>
        new(ActorKind.System, loop, "portal", true, ImmutableDictionary<Guid, TenantGrant>.Empty);

    public static Actor Nobody(string source) =>
        new(ActorKind.Person, "nobody", source, false, ImmutableDictionary<Guid, TenantGrant>.Empty);

    public bool May(Permission permission, Guid? tenant) =>
        PlatformAdministrator
        || permission == Permission.OwnSession
        || (tenant is { } id && Grants.TryGetValue(id, out var grant) && grant.Allows(permission));

    /// <summary>A tenant that the actor has no part in does not exist for them.</summary>
    public bool Sees(Guid tenant) => PlatformAdministrator || Grants.ContainsKey(tenant);

    /// <summary>Proof that the actor may do this, or an exception: the only way to a <see cref="Permit"/>.</summary>
    /// <exception cref="DeniedException">The actor may not.</exception>
    public Permit Demand(Permission permission, Guid? tenant = null) =>
        May(permission, tenant)
            ? new Permit(this, permission, tenant)
            : throw new DeniedException(this, permission, tenant, hidden: tenant is { } id && !Sees(id));
}

/// <summary>Proof of an authorisation check. Every change asks for one, so none can forget the check.</summary>
public sealed class Permit
{
    internal Permit(Actor actor, Permission permission, Guid? tenant) => (Actor, Permission, Tenant) = (actor, permission, tenant);

    public Actor Actor { get; }
    public Permission Permission { get; }
    public Guid? Tenant { get; }
}

/// <summary>The actor may not do this. <see cref="Hidden"/>: answer as if the thing did not exist.</summary>
public sealed class DeniedException(Actor actor, Permission permission, Guid? tenant, bool hidden)
    : Exception($"{actor.Name} lacks {permission}{(tenant is null ? "" : $" in tenant {tenant}")}")
{
    public Permission Permission { get; } = permission;
    public bool Hidden { get; } = hidden;
}
