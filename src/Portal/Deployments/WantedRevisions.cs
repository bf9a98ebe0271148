using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Deployments.Planning;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>Turns a stored revision into what the planner wants.</summary>
public sealed class WantedRevisions(PortalDbFactory databases, RevisionReader reader)
{
    /// <param name="runOnce">
    /// Whether what runs once for a revision is to run. Not on the way back and not in healing: a migration was made before, or is past.
    /// </param>
    /// <param name="scale">At most so many of each service; null: the full size.</param>
    public async Task<WantedRevision> ReadAsync(Guid tenant, Guid stack, Guid revision, bool runOnce, int? scale, CancellationToken cancellationToken)
    {
        var rendered = await reader.ReadAsync(tenant, revision, cancellationToken) with { Most = scale };
        await using var db = databases.Tenant(tenant);
        var routed = await db.Routes.Where(route => route.StackId == stack).Select(route => route.Service).Distinct().ToListAsync(cancellationToken);
        return new WantedRevision(rendered.Number, rendered, Wanted(rendered, routed.ToImmutableHashSet(StringComparer.Ordinal), runOnce));
    }

    internal static WantedStack Wanted(RenderedStack rendered, ImmutableHashSet<string> routed, bool runOnce) =>
        new([.. rendered.Compose.Services.Select(service => Wanted(rendered, service, routed.Contains(service.Name), runOnce))]);

    private static WantedService Wanted(RenderedStack rendered, ServiceSpec service, bool routed, bool runOnce) => new(
        service.Name,
        rendered.FingerprintOf(service),
        rendered.ReplicasOf(service),
        // Two of one migration at a time is what nobody wants, and a host's port has room for one.
        service.IsOneShot || service.Update.Order == UpdateOrder.StopFirst || HoldsHostPort(service) ? ReplaceOrder.StopFirst : ReplaceOrder.StartFirst,
        routed,
        service.IsOneShot)
    {
        Batch = service.IsOneShot ? 0 : service.Update.Parallelism,
        Pause = service.Update.Delay,
        DependsOn = [.. Dependencies(rendered.Compose, service)],
        SidekickOf = service.PrimaryOf,
        AttachedTo = service.NetworkMode is { } mode && mode.StartsWith(ServiceNetwork, StringComparison.Ordinal)
            ? [mode[ServiceNetwork.Length..]]
            : [],
        Settled = service.IsOneShot && service.PrimaryOf is null && !runOnce,
    };

    internal const string ServiceNetwork = "service:";

    private static bool HoldsHostPort(ServiceSpec service) => service.Ports.Any(port => port.Published is not null);

    /// <summary>What the stack says, and what it does not have to: whatever comes after a service that runs once waits for its end.</summary>
    private static IEnumerable<WantedDependency> Dependencies(ComposeStack stack, ServiceSpec service) =>
        service.DependsOn
            .Where(dependency => stack.Services.Any(other => other.Name == dependency.Service))
            .Select(dependency => new WantedDependency(dependency.Service, Goal(stack.Services.First(other => other.Name == dependency.Service), dependency.Condition)))
            .Concat(stack.Services
                .TakeWhile(other => other.Name != service.Name)
                .Where(other => other is { IsOneShot: true, PrimaryOf: null } && other.Name != service.PrimaryOf)
                .Select(other => new WantedDependency(other.Name, DependencyGoal.Completed)))
            .GroupBy(dependency => dependency.Service, StringComparer.Ordinal)
            .Select(group => group.MaxBy(dependency => dependency.Goal)!);

    // "Started" of what ends by itself can only mean that it has ended.
    private static DependencyGoal Goal(ServiceSpec other, DependencyCondition condition) => other.IsOneShot ? DependencyGoal.Completed : condition switch
    {
        DependencyCondition.Started => DependencyGoal.Started,
        DependencyCondition.Healthy => DependencyGoal.Healthy,
        DependencyCondition.CompletedSuccessfully => DependencyGoal.Completed,
    };
}
