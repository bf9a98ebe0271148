using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Webhooks.Intake;

/// <summary>A webhook as a call meets it.</summary>
/// <param name="Open">Enabled, its stack and tenant still there: else it answers like one that never was.</param>
public sealed record KnownHook(Guid Id, Guid TenantId, Guid StackId, string Name, string Stack, DeployTarget Target, HookFilter Filter, bool ThenSwitch, bool Open)
{
    /// <summary>The webhook acts for itself, with exactly what its target needs.</summary>
    public Actor ActorAt(string source) => new(
        ActorKind.Webhook, Name, source, false,
        System.Collections.Immutable.ImmutableDictionary<Guid, TenantGrant>.Empty.Add(TenantId, new TenantGrant(Role.Developer, DeployLive: Target != DeployTarget.Standby)));

    /// <summary>Who writes down a call that nobody vouched for.</summary>
    public static Actor Doorkeeper(string source) =>
        new(ActorKind.System, "webhook intake", source, true, System.Collections.Immutable.ImmutableDictionary<Guid, TenantGrant>.Empty);
}

/// <summary>Looks hooks up by id alone, as callers name them.</summary>
public sealed class KnownHooks(PortalDbFactory databases)
{
    private static readonly Func<PortalDb, Guid, CancellationToken, Task<Row?>> Find = EF.CompileAsyncQuery((PortalDb db, Guid id, CancellationToken cancellationToken) => (
        from hook in db.Webhooks.AsNoTracking()
        where hook.Id == id
        join stack in db.Stacks on hook.StackId equals stack.Id
        join tenant in db.Tenants on hook.TenantId equals tenant.Id
        select new Row(
            new KnownHook(hook.Id, hook.TenantId, hook.StackId, hook.Name, stack.Name, hook.Target, new HookFilter(hook.Services, hook.Tags), hook.ThenSwitch, hook.Enabled && stack.RemovedAt == null && tenant.ArchivedAt == null),
            hook.SecretSealed)).SingleOrDefault());

    public async Task<(KnownHook? Hook, byte[]? SecretSealed)> FindAsync(Guid? id, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var row = await Find(db, id ?? Guid.Empty, cancellationToken);
        return (row?.Hook, row?.SecretSealed);
    }

    private sealed record Row(KnownHook Hook, byte[] SecretSealed);
}
