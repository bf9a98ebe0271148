using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Stacks.Readiness;
using Portal.Store;

namespace Portal.Switching;

/// <summary>One thing that was looked at before a switch.</summary>
/// <param name="Subject">For people: <c>shop web</c>.</param>
public sealed record PreflightCheck(string Subject, bool Passed, string Seen)
{
    /// <summary>It says whether enough replicas are healthy to take the traffic.</summary>
    public bool Health { get; init; }

    /// <summary>Standby was scaled down, and has to be brought to its full size first.</summary>
    public bool ScaledDown { get; init; }

    /// <summary>It failed, and says that standby could take the traffic all the same, with fewer healthy replicas than live is to have.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Able { get; init; }
}

/// <summary>A stack on standby, as far as it takes to tell whether it is still the same.</summary>
public sealed record StackStanding(string Stack, int Revision, string Fingerprint);

/// <param name="Differences">What the two sides run differently, for people; differing is what a switch is for.</param>
public sealed record PreflightReport(Colour From, Colour To, ImmutableArray<PreflightCheck> Checks, ImmutableArray<string> Differences)
{
    /// <summary>What the checks ran against, by name.</summary>
    public ImmutableArray<StackStanding> Standby { get; init; } = [];

    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>What is in the way.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<PreflightCheck> Failed => Checks.Where(check => !check.Passed);

    /// <summary>Where standby has not the healthy replicas to take the traffic.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<PreflightCheck> Unfit => Failed.Where(check => check.Health);

    /// <summary>The first reason why standby cannot even take over from a live side that is down; null when it can.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public PreflightCheck? KeepsFromFailover => Failed.FirstOrDefault(check => !check.Able);

    /// <summary>The first reason why not; null when nothing is in the way.</summary>
    public string? Obstacle => Failed.FirstOrDefault() is { } check ? $"{check.Subject}: {check.Seen}" : null;
}

/// <summary>
/// May standby take the traffic? Reads the inventory, and of revisions only their numbers, so it answers at once: it is on the way of
/// every switch.
/// </summary>
public sealed class Preflight(PortalDbFactory databases, Inventory inventory, ReadinessQueries readiness)
{
    public async Task<PreflightReport> ExecuteAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await ExecuteAsync(tenant, await db.Pairs.AsNoTracking().Select(pair => pair.Live).SingleAsync(cancellationToken), cancellationToken);
    }

    /// <param name="live">Where the tenant is live, as the caller has just read it.</param>
    public Task<PreflightReport> ExecuteAsync(Guid tenant, Colour live, CancellationToken cancellationToken) => ExecuteAsync(tenant, Task.FromResult(live), cancellationToken);

    /// <param name="reading">Where the tenant is live, as the caller is just reading it: nothing here has to wait for that.</param>
    public async Task<PreflightReport> ExecuteAsync(Guid tenant, Task<Colour> reading, CancellationToken cancellationToken)
    {
        // None needs another's answer, and on a busy machine each waits for its turn: so they wait together.
        var (askSides, askRouted, askRules, askBusy) = (
            ReadAsync(tenant, SidesAsync, cancellationToken),
            ReadAsync(tenant, RoutedAsync, cancellationToken),
            readiness.BlockingAsync(tenant, cancellationToken),
            ReadAsync(tenant, BusyAsync, cancellationToken));
        await Task.WhenAll(reading, askSides, askRouted, askRules, askBusy);
        var (live, sides, routed, busy) = (await reading, await askSides, await askRouted, await askBusy);
        var checks = ImmutableArray.CreateBuilder<PreflightCheck>();
        var differences = ImmutableArray.CreateBuilder<string>();
        foreach (var stack in sides)
        {
            if (stack.Scaled.TryGetValue(live.Other(), out var scaled))
            {
                checks.Add(new PreflightCheck(stack.Name, false, $"standby is scaled down to {scaled.Most} of each service since {scaled.Since:yyyy-MM-dd HH:mm} UTC: bring it to its full size first") { Health = true, Able = true, ScaledDown = true });
            }

            if (!stack.Numbers.TryGetValue(live, out var before))
            {
                continue;
            }

            var onStandby = stack.Numbers.TryGetValue(live.Other(), out var after);
            if (!onStandby || after != before)
            {
                differences.Add($"{stack.Name}: live runs r{before}, standby {(onStandby ? $"r{after}" : "nothing")}");
            }

            checks.AddRange(routed[stack.Id].Select(service => Compare(tenant, live, stack.Name, service)));
        }

        if (await askRules is { IsEmpty: false } rules)
        {
            checks.AddRange(await NotReadyAsync(tenant, live, sides, rules, cancellationToken));
        }

        checks.AddRange(busy[live.Other()].Select(stack => new PreflightCheck(stack, false, "a deployment to standby is running")));
        if (checks.Count == 0)
        {
            checks.Add(new PreflightCheck("live", false, "nothing on live has a route, so there is nothing to switch"));
        }

        return new PreflightReport(live, live.Other(), checks.ToImmutable(), differences.ToImmutable())
        {
            Standby = [.. sides.Where(stack => stack.Numbers.ContainsKey(live.Other())).Select(stack => new StackStanding(stack.Name, stack.Numbers[live.Other()], stack.Fingerprints[live.Other()]))],
        };
    }

    /// <summary>What would be new on live, held against the rules that the tenant lets keep a stack from there.</summary>
    private async Task<IReadOnlyList<PreflightCheck>> NotReadyAsync(Guid tenant, Colour live, IReadOnlyList<StackSides> sides, ImmutableArray<string> rules, CancellationToken cancellationToken)
    {
        List<PreflightCheck> checks = [];
        foreach (var stack in sides.Where(stack => stack.Numbers.TryGetValue(live.Other(), out var number) && number != stack.Numbers.GetValueOrDefault(live)))
        {
            var report = await readiness.OfAsync(tenant, stack.Revisions[live.Other()], ask: false, cancellationToken);
            checks.AddRange((report?.Findings ?? []).Where(finding => rules.Contains(finding.Rule.Key))
                .Select(finding => new PreflightCheck($"{stack.Name} {finding.Service}", false, $"{finding.Rule.Key}: {finding.Seen}, which this tenant's rules keep from live")));
        }

        return checks;
    }

    private PreflightCheck Compare(Guid tenant, Colour live, string stack, string service)
    {
        var (need, have) = (Healthy(live), Healthy(live.Other()));
        return have >= need && have > 0
            ? new PreflightCheck($"{stack} {service}", true, $"{have} healthy on standby, {need} on live") { Health = true }
            : new PreflightCheck($"{stack} {service}", false, $"standby has {have} healthy {(have == 1 ? "replica" : "replicas")}, live has {need}") { Health = true, Able = have > 0 };

        int Healthy(Colour colour) => inventory.Of(tenant, colour, stack).Count(replica => replica.Labels.Service == service && replica.Healthy);
    }

    private async Task<T> ReadAsync<T>(Guid tenant, Func<PortalDb, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await read(db, cancellationToken);
    }

    private static async Task<IReadOnlyList<StackSides>> SidesAsync(PortalDb db, CancellationToken cancellationToken)
    {
        var rows = await (
            from stack in db.Stacks.AsNoTracking()
            where stack.RemovedAt == null && !stack.Outside
            join placement in db.Placements on stack.Id equals placement.StackId
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            orderby stack.Name
            select new { stack.Id, stack.Name, environment.Colour, RevisionId = revision.Id, revision.Number, revision.Fingerprint, placement.ChangedAt, Scale = db.Pairs.Any(pair => pair.Generation == placement.ScaleFor) ? placement.Scale : null }).ToListAsync(cancellationToken);
        return
        [
            .. rows.GroupBy(row => (row.Id, row.Name)).Select(group => new StackSides(
                group.Key.Id, group.Key.Name, group.ToImmutableDictionary(row => row.Colour, row => row.Number),
                group.ToImmutableDictionary(row => row.Colour, row => row.RevisionId), group.ToImmutableDictionary(row => row.Colour, row => row.Fingerprint),
                group.Where(row => row.Scale is not null).ToImmutableDictionary(row => row.Colour, row => (row.Scale!.Value, row.ChangedAt)))),
        ];
    }

    private static async Task<ILookup<Guid, string>> RoutedAsync(PortalDb db, CancellationToken cancellationToken)
    {
        var rows = await db.Routes.AsNoTracking().Select(route => new { route.StackId, route.Service }).Distinct().ToListAsync(cancellationToken);
        return rows.OrderBy(row => row.Service, StringComparer.Ordinal).ToLookup(row => row.StackId, row => row.Service);
    }

    /// <summary>What runs into standby now would go live half done.</summary>
    private static async Task<ILookup<Colour, string>> BusyAsync(PortalDb db, CancellationToken cancellationToken)
    {
        var rows = await (
            from deployment in db.Deployments
            join stack in db.Stacks on deployment.StackId equals stack.Id
            where deployment.State == DeploymentState.Running && !stack.Outside
            select new { deployment.Colour, stack.Name }).ToListAsync(cancellationToken);
        return rows.ToLookup(row => row.Colour, row => row.Name);
    }

    private sealed record StackSides(Guid Id, string Name, ImmutableDictionary<Colour, int> Numbers, ImmutableDictionary<Colour, Guid> Revisions, ImmutableDictionary<Colour, string> Fingerprints, ImmutableDictionary<Colour, (int Most, DateTimeOffset Since)> Scaled);
}
