using System.Collections.Immutable;
using Portal.Audit;
using Portal.Deployments.Migrating;
using Portal.Deployments.Requests;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Freezing;

namespace Portal.Deployments;

/// <summary>The one way to ask for a deployment: page, API and webhook come through here.</summary>
public sealed class RequestDeployment(StackDrafts drafts, LiveGate ready, SwitchAndDeployGate gate, DeploymentQueue queue)
{
    public Task<RequestDeploymentResult> ExecuteAsync(Actor actor, Guid tenant, string stackName, DeploymentRequest request, CancellationToken cancellationToken) =>
        ExecuteAsync(actor, tenant, stackName, request, (_, _, _) => [], cancellationToken);

    /// <param name="alongside">Called inside the transaction, when there is a deployment to point to; once more if that had to be begun again.</param>
    /// <exception cref="ConflictException">A row that was added alongside exists already; nothing was changed.</exception>
    public async Task<RequestDeploymentResult> ExecuteAsync(
        Actor actor, Guid tenant, string stackName, DeploymentRequest request, AlongsideDeployment alongside, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryAsync(actor, tenant, stackName, request, alongside, cancellationToken) is { } result)
            {
                return result;
            }
        }
    }

    /// <returns>Null: the tenant was switched meanwhile, and "standby" is now another side, perhaps one that the actor may not deploy to.</returns>
    private async Task<RequestDeploymentResult?> TryAsync(
        Actor actor, Guid tenant, string stackName, DeploymentRequest request, AlongsideDeployment alongside, CancellationToken cancellationToken)
    {
        // Before anything is said about what exists: the target decides which permission is asked for.
        var (standing, stack) = actor.Sees(tenant) ? await drafts.FindAsync(tenant, stackName, cancellationToken) : (null, null);
        var colours = StackTarget.Colours(stack, request.Target, standing?.Live ?? Colour.Blue);
        var permit = actor.Demand(StackTarget.IsLive(stack, colours, standing?.Live) ? Permission.DeployLive : Permission.DeployStandby, tenant);
        if (stack is null)
        {
            return new RequestDeploymentResult.NoSuchStack();
        }

        if (request.Compatible is not null)
        {
            GiveWord.Demand(actor, tenant);
            if (!request.Migration || GiveWord.Reason(request.Compatible) is null)
            {
                return new RequestDeploymentResult.BadWord(request.Migration ? GiveWord.Help : "There is nothing to say it of: this deployment is not said to be a migration.");
            }
        }

        if (request.Trigger == DeploymentTrigger.Webhook && stack.SwitchAfter is not null)
        {
            // As a webhook that switches afterwards: whoever lets the stack move on by itself has said that each version goes on from the last.
            request = request with { CoalesceWithLive = true, GivesUpSwitchBack = true };
        }

        // Before registries are asked; the queue asks once more, in the transaction.
        if (gate.Deploy(standing!, StackTarget.Sides(stack, colours), request.GivesUpSwitchBack) is { } hold)
        {
            return new RequestDeploymentResult.Held(hold);
        }

        var (draft, refusal) = await drafts.DraftAsync(stack, colours[0], request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await ready.CheckAsync(stack, colours, standing!.Live, draft, request.Revision, cancellationToken) is { } notReady)
        {
            return new RequestDeploymentResult.Refused(notReady);
        }

        return await queue.AddAsync(new QueueItem(permit, stack, standing.Live, colours, draft, request, alongside)).WaitAsync(cancellationToken);
    }
}
