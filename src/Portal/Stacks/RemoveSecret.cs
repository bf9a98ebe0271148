using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Stacks;

public abstract record RemoveSecretResult
{
    public sealed record Removed : RemoveSecretResult;

    public sealed record NotFound : RemoveSecretResult;

    /// <param name="Sentence">For people: what uses it, and what to do.</param>
    public sealed record InUse(string Sentence) : RemoveSecretResult;
}

/// <summary>Forgets a secret's values for good. Refused while a stack names it, an environment runs with it, or a deployment is on its way to.</summary>
public sealed class RemoveSecret(Changes changes, SecretBox box, DefinitionReader definitions, TimeProvider clock)
{
    public Task<RemoveSecretResult> ExecuteAsync(Actor actor, Guid tenant, string name, CancellationToken cancellationToken) =>
        changes.RunAsync(actor.Demand(Permission.SecretManage, tenant), db => RemoveAsync(db, tenant, name, cancellationToken), cancellationToken);

    private async Task<Changed<RemoveSecretResult>> RemoveAsync(PortalDb db, Guid tenant, string name, CancellationToken cancellationToken)
    {
        var secret = await db.Secrets.SingleOrDefaultAsync(row => row.Name == name && row.RemovedAt == null, cancellationToken);
        if (secret is null)
        {
            return Changed.Nothing<RemoveSecretResult>(new RemoveSecretResult.NotFound());
        }

        if (await UseAsync(db, name, cancellationToken) is { } sentence)
        {
            return Changed.Nothing<RemoveSecretResult>(new RemoveSecretResult.InUse(sentence));
        }

        secret.RemovedAt = clock.GetUtcNow();
        var versions = await db.SecretVersions.Where(version => version.SecretId == secret.Id).ToListAsync(cancellationToken);
        db.SecretVersions.RemoveRange(versions);
        return (new RemoveSecretResult.Removed(), new AuditLine("secret.removed", "secret", name)
        {
            Before = new { version = secret.Version },
            Notes = [new ChangeNote(tenant, "secret", secret.Id)],
        });
    }

    /// <returns>Null: nobody needs it.</returns>
    private async Task<string?> UseAsync(PortalDb db, string name, CancellationToken cancellationToken)
    {
        var stacks = await db.Stacks.AsNoTracking().Where(stack => stack.RemovedAt == null).OrderBy(stack => stack.Name).ToListAsync(cancellationToken);
        var naming = stacks.Where(stack => Names(stack, name)).Select(stack => stack.Name).ToList();
        if (naming.Count > 0)
        {
            return $"The text of {string.Join(", ", naming)} names it. Take it out there first.";
        }

        var placed = await db.Placed().Select(one => new { one.Stack.Name, one.Side, one.Stack.Outside, one.Revision.SecretVersions }).ToListAsync(cancellationToken);
        var running = placed.Where(row => row.SecretVersions.ContainsKey(name)).Select(row => $"{row.Name} on {row.Side.Text(row.Outside)}").ToList();
        if (running.Count > 0)
        {
            return $"{string.Join(", ", running)} runs with it. Deploy what does not need it there first.";
        }

        var open = await (
            from deployment in db.Deployments.AsNoTracking()
            join revision in db.Revisions on deployment.RevisionId equals revision.Id
            join stack in db.Stacks on deployment.StackId equals stack.Id
            where deployment.State == DeploymentState.Queued || deployment.State == DeploymentState.Running
            select new { stack.Name, revision.SecretVersions }).ToListAsync(cancellationToken);
        return open.FirstOrDefault(row => row.SecretVersions.ContainsKey(name)) is { } busy ? $"A deployment of {busy.Name} is on its way with it. Wait for its end." : null;
    }

    private bool Names(Stack stack, string name) => definitions.Read(box.OpenDefinition(stack)) switch
    {
        { Stack: { } compose } => compose.Secrets.Any(secret => secret.TenantSecret == name),
        // What cannot be read any more may be mended: better one kept too long.
        _ => stack.Compose.Contains(name, StringComparison.Ordinal),
    };
}
