using System.Collections.Immutable;
using Portal.Deployments.Requests;
using Portal.Stacks;
using Portal.Stacks.Differences;
using Portal.Tenants.Freezing;

namespace Portal.Deployments;

/// <summary>What a deployment would change on one side.</summary>
/// <param name="Before">The revision that is there; null: none.</param>
public sealed record SidePreview(Colour Side, int? Before, RevisionDifference Difference);

public abstract record PreviewDeploymentResult
{
    /// <param name="Sides">Standby first.</param>
    /// <param name="Blocked">What keeps it from live, so that it would not be taken; null: nothing.</param>
    public sealed record Shown(ImmutableArray<SidePreview> Sides, DraftResult.NotReady? Blocked) : PreviewDeploymentResult
    {
        /// <summary>The stack is outside the pair, and its one place is no side.</summary>
        public bool Outside { get; init; }
    }

    /// <summary>The deployment would not be taken, and why.</summary>
    public sealed record Refused(RequestDeploymentResult Why) : PreviewDeploymentResult;
}

/// <summary>The effective difference of a deployment before it is asked for: texts, answers and tags settled as they would be now. Changes nothing.</summary>
public sealed class PreviewDeployment(StackDrafts drafts, StackQueries stacks, DifferenceQueries differences, LiveGate gate, SwitchAndDeployGate quiet)
{
    public async Task<PreviewDeploymentResult> ExecuteAsync(Actor actor, Guid tenant, string stackName, DeploymentRequest request, CancellationToken cancellationToken)
    {
        // It asks registries with the tenant's credentials: for those who may deploy.
        actor.Demand(Permission.DeployStandby, tenant);
        var (standing, stack) = await drafts.FindAsync(tenant, stackName, cancellationToken);
        if (stack is null || await stacks.FindAsync(tenant, stackName, cancellationToken) is not { } view)
        {
            return new PreviewDeploymentResult.Refused(new RequestDeploymentResult.NoSuchStack());
        }

        var live = standing!.Live;
        var colours = StackTarget.Colours(stack, request.Target, live);
        if (quiet.Deploy(standing, StackTarget.Sides(stack, colours), request.GivesUpSwitchBack) is { } hold)
        {
            return new PreviewDeploymentResult.Refused(new RequestDeploymentResult.Held(hold));
        }

        var (draft, refusal) = await drafts.DraftAsync(stack, colours[0], request, cancellationToken);
        if (refusal is not null)
        {
            return new PreviewDeploymentResult.Refused(refusal);
        }

        var sides = ImmutableArray.CreateBuilder<SidePreview>();
        foreach (var colour in colours)
        {
            int? before = view.Runs.TryGetValue(colour, out var number) ? number : null;
            var difference = draft is not null
                ? await differences.CompareAsync(tenant, stackName, before, draft, cancellationToken)
                : await differences.CompareAsync(tenant, stackName, before, request.Revision!.Value, cancellationToken);
            if (difference is null)
            {
                return new PreviewDeploymentResult.Refused(new RequestDeploymentResult.NoSuchRevision(request.Revision!.Value));
            }

            sides.Add(new SidePreview(colour, before, difference));
        }

        return new PreviewDeploymentResult.Shown(sides.ToImmutable(), await gate.CheckAsync(stack, colours, live, draft, request.Revision, cancellationToken)) { Outside = stack.Outside };
    }
}
