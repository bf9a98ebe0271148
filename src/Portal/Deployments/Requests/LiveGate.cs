using Microsoft.EntityFrameworkCore;
using Portal.Stacks;
using Portal.Stacks.Readiness;
using Portal.Store;

namespace Portal.Deployments.Requests;

/// <summary>Keeps from live what a tenant's own rules of readiness do not let there. Whatever asks for a deployment comes past it.</summary>
public sealed class LiveGate(PortalDbFactory databases, RevisionWriter writer, ReadinessQueries readiness)
{
    /// <param name="colours">Where it is to go.</param>
    /// <param name="draft">Null: the revision of this number runs again.</param>
    /// <returns>Null: it may go there.</returns>
    public async Task<DraftResult.NotReady?> CheckAsync(Stack stack, IReadOnlyList<Colour> colours, Colour live, RevisionDraft? draft, int? number, CancellationToken cancellationToken)
    {
        if (!StackTarget.IsLive(stack, colours, live) || (await readiness.BlockingAsync(stack.TenantId, cancellationToken)).IsEmpty)
        {
            return null;
        }

        await using var db = databases.Tenant(stack.TenantId);
        var revision = await db.Revisions.AsNoTracking().Where(row => row.StackId == stack.Id && (number == null || row.Number == number)).OrderByDescending(row => row.Number).FirstOrDefaultAsync(cancellationToken);
        if (draft is null && revision is null)
        {
            // The queue says that there is no such revision.
            return null;
        }

        var report = draft is null
            ? await readiness.OfAsync(stack.TenantId, revision!.Id, ask: true, cancellationToken)
            : await readiness.JudgeAsync(stack.TenantId, writer.Settle(draft, revision), ask: true, cancellationToken);
        // A revision that cannot be read any more cannot run either, and its deployment says so.
        return report?.Obstacles is { IsEmpty: false } obstacles ? new DraftResult.NotReady(obstacles) : null;
    }
}
