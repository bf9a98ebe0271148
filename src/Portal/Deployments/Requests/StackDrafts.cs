using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Docker;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Freezing;

namespace Portal.Deployments.Requests;

/// <summary>What a request for a deployment comes to, before anything is written.</summary>
public sealed class StackDrafts(PortalDbFactory databases, DraftRevision drafts, Engines engines)
{
    /// <returns>How the tenant stands, and its stack of that name; null each where there is none.</returns>
    public async Task<(GateStanding? Standing, Stack? Stack)> FindAsync(Guid tenant, string stackName, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var found = await (
            from standing in db.Standings()
            select new { Standing = standing, Stack = db.Stacks.FirstOrDefault(stack => stack.Name == stackName && stack.RemovedAt == null) }).SingleOrDefaultAsync(cancellationToken);
        return (found?.Standing, found?.Stack);
    }

    /// <param name="colour">Whose engine is asked for what only an engine knows.</param>
    /// <returns>The draft, or why there is none; neither where an earlier revision is to run again.</returns>
    public async Task<(RevisionDraft? Draft, RequestDeploymentResult? Refusal)> DraftAsync(Stack stack, Colour colour, DeploymentRequest request, CancellationToken cancellationToken)
    {
        if (request.Revision is not null)
        {
            return (null, null);
        }

        try
        {
            var engine = await engines.OfSideAsync(stack.TenantId, colour, cancellationToken);
            return await drafts.ExecuteAsync(stack, new DraftRequest(request.Images, request.Replicas, request.Force), engine.Client, cancellationToken) switch
            {
                DraftResult.Ready ready => (ready.Draft, null),
                var refused => (null, new RequestDeploymentResult.Refused(refused)),
            };
        }
        catch (EngineException error)
        {
            return (null, new RequestDeploymentResult.EngineUnavailable(error.Message));
        }
    }
}
