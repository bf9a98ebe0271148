using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Stacks;

public sealed record StackView(Guid Id, string Name, string? Template, string? TemplateVersion, bool Healing, DateTimeOffset CreatedAt, string CreatedBy, ImmutableDictionary<Colour, int> Runs)
{
    /// <summary>How a deployment to standby moves on, as <see cref="MovingOn"/> says.</summary>
    public TimeSpan? SwitchAfter { get; init; }

    /// <summary>It runs once for the tenant, beside the pair.</summary>
    public bool Outside { get; init; }

    /// <summary>What both sides work on.</summary>
    public ImmutableArray<SharedThing> Shared { get; init; } = [];
}

public sealed record RevisionView(Guid Id, int Number, ImmutableSortedDictionary<string, ImageChoice> Images, DateTimeOffset CreatedAt, string CreatedBy);

public sealed record RouteView(Guid Id, string Stack, string Service, int Port, string HostName, string Path, RouteSettings Settings);

public sealed class StackQueries(PortalDbFactory databases)
{
    public async Task<IReadOnlyList<StackView>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var stacks = await db.Stacks.AsNoTracking().Where(stack => stack.RemovedAt == null).OrderBy(stack => stack.Name).ToListAsync(cancellationToken);
        var runs = await RunsAsync(db, cancellationToken);
        return [.. stacks.Select(stack => View(stack, runs))];
    }

    public async Task<StackView?> FindAsync(Guid tenant, string name, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var stack = await db.Stacks.AsNoTracking().SingleOrDefaultAsync(stack => stack.Name == name && stack.RemovedAt == null, cancellationToken);
        return stack is null ? null : View(stack, await RunsAsync(db, cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RevisionView>> RevisionsAsync(Guid tenant, Guid stack, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Revisions.AsNoTracking().Where(revision => revision.StackId == stack).OrderByDescending(revision => revision.Number)
            .Select(revision => new RevisionView(revision.Id, revision.Number, revision.Images, revision.CreatedAt, revision.CreatedBy)).Take(100).ToListAsync(cancellationToken);
    }

    public async Task<string> ComposeAsync(Guid tenant, Guid stack, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Stacks.Where(row => row.Id == stack).Select(row => row.Compose).SingleAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<RouteView>> RoutesAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await (
            from route in db.Routes.AsNoTracking()
            join stack in db.Stacks on route.StackId equals stack.Id
            where route.ListenPort == null
            orderby route.HostName, route.Path
            select new RouteView(route.Id, stack.Name, route.Service, route.Port, route.HostName, route.Path, RouteSettings.Of(route))).ToListAsync(cancellationToken);
    }

    private static async Task<ILookup<Guid, (Colour Colour, int Number)>> RunsAsync(PortalDb db, CancellationToken cancellationToken)
    {
        var rows = await (
            from placement in db.Placements.AsNoTracking()
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            select new { placement.StackId, environment.Colour, revision.Number }).ToListAsync(cancellationToken);
        return rows.ToLookup(row => row.StackId, row => (row.Colour, row.Number));
    }

    private static StackView View(Stack stack, ILookup<Guid, (Colour Colour, int Number)> runs) => new(
        stack.Id, stack.Name, stack.Template, stack.TemplateVersion, stack.Healing, stack.CreatedAt, stack.CreatedBy,
        runs[stack.Id].ToImmutableDictionary(run => run.Colour, run => run.Number)) { SwitchAfter = stack.SwitchAfter, Outside = stack.Outside, Shared = stack.Shared };
}
