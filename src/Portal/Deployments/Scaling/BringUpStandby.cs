using System.Collections.Immutable;
using Portal.Deployments.Requests;
using Portal.Tenants;

namespace Portal.Deployments.Scaling;

/// <param name="Refused">Why there is none, for people.</param>
public sealed record BroughtUp(string Stack, int Revision, Guid? Deployment, string? Refused);

/// <summary>Brings a standby that was scaled down to its full size, with what it is wanted to run: an ordinary deployment of each stack.</summary>
public sealed class BringUpStandby(ScaledSideQueries scaled, RequestDeployment request)
{
    /// <returns>None: it has its full size.</returns>
    /// <exception cref="DeniedException">The actor may not deploy to standby.</exception>
    public async Task<ImmutableArray<BroughtUp>> ExecuteAsync(Actor actor, TenantKey tenant, DeploymentTrigger trigger, CancellationToken cancellationToken)
    {
        actor.Demand(Permission.DeployStandby, tenant.Id);
        var side = await scaled.FindAsync(tenant.Id, cancellationToken);
        var done = ImmutableArray.CreateBuilder<BroughtUp>();
        foreach (var stack in side.Stacks)
        {
            done.Add(await OneAsync(actor, tenant.Id, side.Side, stack.Stack, stack.Revision, trigger, cancellationToken));
        }

        return done.ToImmutable();
    }

    /// <param name="side">By its colour: switched meanwhile, it still gets nothing but what it is wanted to run.</param>
    public async Task<BroughtUp> OneAsync(Actor actor, Guid tenant, Colour side, string stack, int revision, DeploymentTrigger trigger, CancellationToken cancellationToken)
    {
        var wanted = new DeploymentRequest(side == Colour.Blue ? DeployTarget.Blue : DeployTarget.Green, ImmutableSortedDictionary<string, string>.Empty, revision, Trigger: trigger)
        {
            // It makes a side fit for a switch; it asks for none.
            PlansItself = true,
            Yields = true,
        };
        return await request.ExecuteAsync(actor, tenant, stack, wanted, cancellationToken) switch
        {
            RequestDeploymentResult.Accepted accepted => new BroughtUp(stack, revision, accepted.Deployments[0], null),
            var refused => new BroughtUp(stack, revision, null, DeploymentRefusals.Sentence(refused)),
        };
    }
}
