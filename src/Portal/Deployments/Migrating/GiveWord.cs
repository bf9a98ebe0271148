using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;
using Portal.Tenants.Freezing;

namespace Portal.Deployments.Migrating;

public abstract record GiveWordResult
{
    /// <param name="Deployments">All that had waited for it: of both sides, where both were asked for.</param>
    public sealed record Given(ImmutableArray<Guid> Deployments) : GiveWordResult;

    public sealed record NoSuchDeployment : GiveWordResult;

    /// <summary>It needs none, has one, or has ended.</summary>
    public sealed record NotWaiting(DeploymentState State) : GiveWordResult;

    /// <summary>A lock or a time of quiet.</summary>
    public sealed record Held(Hold Why) : GiveWordResult;

    /// <summary>The tenant was switched since it was asked for: its side is another one now.</summary>
    public sealed record Moved : GiveWordResult;

    public sealed record Invalid(string Problem) : GiveWordResult;
}

/// <summary>Somebody's word that a migration is backward compatible: the deployments that waited for it go on.</summary>
public sealed class GiveWord(Changes changes, SwitchAndDeployGate gate, TimeProvider clock)
{
    public const int LongestReason = 500;
    public const string Help = "Say why the side that runs the former version goes on working, in 1 to 500 characters.";

    /// <returns>Null: it says nothing, or too much.</returns>
    public static string? Reason(string? reason) => reason?.Trim() is { Length: > 0 and <= LongestReason } said ? said : null;

    /// <exception cref="DeniedException">Whoever operates the tenant may, in person.</exception>
    public Task<GiveWordResult> ExecuteAsync(Actor actor, Guid tenant, Guid id, string? reason, CancellationToken cancellationToken)
    {
        var permit = Demand(actor, tenant);
        return Reason(reason) is not { } said
            ? Task.FromResult<GiveWordResult>(new GiveWordResult.Invalid(Help))
            : changes.RunAsync(permit, db => GiveAsync(db, new CompatibleWord(said, actor.Name, clock.GetUtcNow()), id, cancellationToken), cancellationToken);
    }

    /// <summary>No webhook answers for what it brings.</summary>
    internal static Permit Demand(Actor actor, Guid tenant) => actor.Kind == ActorKind.Person
        ? actor.Demand(Permission.MigrationVouch, tenant)
        : throw new DeniedException(actor, Permission.MigrationVouch, tenant, hidden: false);

    private async Task<Changed<GiveWordResult>> GiveAsync(PortalDb db, CompatibleWord word, Guid id, CancellationToken cancellationToken)
    {
        if (await db.Deployments.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } asked)
        {
            return Changed.Nothing<GiveWordResult>(new GiveWordResult.NoSuchDeployment());
        }

        // As whoever queues, cancels or takes one: in the same order, so that of all at once one comes first.
        await db.Database.ExecuteAsync($"select 1 from stacks where id = {asked.StackId} for update", cancellationToken);
        var waiting = await db.Deployments.FromSql($"""
            select * from deployments
            where stack_id = {asked.StackId} and revision_id = {asked.RevisionId} and state = 'queued' and word_needed and word_at is null and cancel_requested_at is null
            order by id for update
            """).ToListAsync(cancellationToken);
        if (!waiting.Exists(one => one.Id == id))
        {
            return Changed.Nothing<GiveWordResult>(new GiveWordResult.NotWaiting(await db.Deployments.AsNoTracking().Where(row => row.Id == id).Select(row => row.State).SingleAsync(cancellationToken)));
        }

        var since = waiting.Min(one => one.RequestedAt);
        if (await db.Switches.AnyAsync(change => change.AppliedAt > since, cancellationToken))
        {
            return Changed.Nothing<GiveWordResult>(new GiveWordResult.Moved());
        }

        var standing = await db.Standings().SingleAsync(cancellationToken);
        if (gate.Deploy(standing, [.. waiting.Select(one => one.Colour)], givesUp: false) is { } hold)
        {
            return Changed.Nothing<GiveWordResult>(new GiveWordResult.Held(hold));
        }

        foreach (var one in waiting)
        {
            one.Vouch(word);
        }

        var stack = await db.Stacks.Where(row => row.Id == asked.StackId).Select(row => new { row.Name, row.Shared }).SingleAsync(cancellationToken);
        var revision = await db.Revisions.Where(row => row.Id == asked.RevisionId).Select(row => row.Number).SingleAsync(cancellationToken);
        return (new GiveWordResult.Given([.. waiting.Select(one => one.Id)]), new AuditLine("migration.vouched", "stack", stack.Name)
        {
            After = new { revision, environments = waiting.Select(one => one.Colour.Text()), shared = stack.Shared.Select(thing => thing.Words), word.Reason, by = word.By, askedBy = asked.Actor },
            Correlation = id,
            Notes = [.. waiting.Select(one => new ChangeNote(one.TenantId, "deployment", one.Id)), new ChangeNote(asked.TenantId, "stack", asked.StackId)],
        });
    }
}
