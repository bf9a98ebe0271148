using System.Collections.Immutable;
using Portal.Deployments;
using Portal.Deployments.Requests;
using Portal.Deployments.Scaling;
using Portal.Stacks;
using Portal.Tenants;

namespace Portal.Switching.Parity;

public enum AlignOutcome
{
    /// <summary>A deployment is queued.</summary>
    Deploying,
    Refused,
    /// <summary>Both sides are wanted to run the same revision, or neither any.</summary>
    Same,
    /// <summary>It runs on the side that is to be changed, and not on the other: it is left alone.</summary>
    OnlyThere,
}

/// <param name="Revision">What the other side runs; null: nothing.</param>
/// <param name="Before">What the side that is changed runs; null: nothing.</param>
/// <param name="Reason">Why it was refused, for people.</param>
public sealed record AlignedStack(string Stack, AlignOutcome Outcome, int? Revision, int? Before, Guid? Deployment = null, string? Reason = null);

/// <summary>Asks for what makes one side of a pair run what the other runs: an ordinary deployment for each stack whose revisions differ, or whose standby is scaled down.</summary>
public sealed class AlignSides(StackQueries stacks, ScaledSideQueries scaled, RequestDeployment request)
{
    /// <param name="tenant">As the caller saw it. Switched meanwhile, its sides are asked to run what they do already.</param>
    /// <param name="target">The side that is changed: standby or live.</param>
    /// <returns>Every stack, by name. One that is refused does not keep the others back.</returns>
    /// <exception cref="DeniedException">The actor may not deploy to the target.</exception>
    public async Task<ImmutableArray<AlignedStack>> ExecuteAsync(Actor actor, TenantView tenant, DeployTarget target, DeploymentTrigger trigger, CancellationToken cancellationToken)
    {
        if (target is not (DeployTarget.Standby or DeployTarget.Live))
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, "Standby or live.");
        }

        actor.Demand(target == DeployTarget.Live ? Permission.DeployLive : Permission.DeployStandby, tenant.Id);
        var to = target == DeployTarget.Live ? tenant.Live : tenant.Standby;
        var done = ImmutableArray.CreateBuilder<AlignedStack>();
        var small = target == DeployTarget.Standby ? (await scaled.FindAsync(tenant.Id, cancellationToken)).Stacks.Select(stack => stack.Stack).ToHashSet(StringComparer.Ordinal) : [];
        foreach (var stack in await stacks.ListAsync(tenant.Id, cancellationToken))
        {
            int? wanted = stack.Runs.TryGetValue(to.Other(), out var number) ? number : null;
            int? before = stack.Runs.TryGetValue(to, out var now) ? now : null;
            done.Add(wanted == before && !small.Contains(stack.Name) ? new AlignedStack(stack.Name, AlignOutcome.Same, wanted, before)
                : wanted is null ? new AlignedStack(stack.Name, AlignOutcome.OnlyThere, null, before)
                : await DeployAsync(new AlignedStack(stack.Name, AlignOutcome.Deploying, wanted, before)));
        }

        return done.ToImmutable();

        async Task<AlignedStack> DeployAsync(AlignedStack stack)
        {
            var wanted = new DeploymentRequest(target, ImmutableSortedDictionary<string, string>.Empty, stack.Revision, Trigger: trigger);
            return await request.ExecuteAsync(actor, tenant.Id, stack.Stack, wanted, cancellationToken) switch
            {
                RequestDeploymentResult.Accepted accepted => stack with { Deployment = accepted.Deployments[^1] },
                var refused => stack with { Outcome = AlignOutcome.Refused, Reason = DeploymentRefusals.Sentence(refused) },
            };
        }
    }
}
