using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Webhooks;

public sealed record NewWebhook(string Name, string Stack, DeployTarget Target);

public abstract record CreateWebhookResult
{
    /// <param name="Secret">Told here once, and never again.</param>
    public sealed record Created(Guid WebhookId, string Secret) : CreateWebhookResult
    {
        public override string ToString() => $"Created {{ WebhookId = {WebhookId}, Secret = *** }}";
    }

    public sealed record Invalid(string Field, string Problem) : CreateWebhookResult;

    public sealed record NameTaken : CreateWebhookResult;
}

/// <summary>A receiver for a stack and target. One that may reach live is made only by somebody who may.</summary>
public sealed class CreateWebhook(Changes changes, WebhookSecrets secrets, TimeProvider clock)
{
    public const int LongestName = 60;
    private const string NameIndex = "webhooks_tenant_id_name_key";

    /// <exception cref="DeniedException">The actor may not manage webhooks, or not give one this target.</exception>
    public async Task<CreateWebhookResult> ExecuteAsync(Actor actor, Guid tenant, NewWebhook wanted, CancellationToken cancellationToken)
    {
        var permit = WebhookPermits.Demand(actor, tenant, wanted.Target);
        var name = wanted.Name.Trim();
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
        {
            return new CreateWebhookResult.Invalid("name", $"A name of at most {LongestName} characters.");
        }

        try
        {
            return await changes.RunAsync(permit, db => AddAsync(db, permit, tenant, wanted with { Name = name }, cancellationToken), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == NameIndex)
        {
            return new CreateWebhookResult.NameTaken();
        }
    }

    private async Task<Changed<CreateWebhookResult>> AddAsync(PortalDb db, Permit permit, Guid tenant, NewWebhook wanted, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Where(stack => stack.Name == wanted.Stack && stack.RemovedAt == null).Select(stack => (Guid?)stack.Id).SingleOrDefaultAsync(cancellationToken);
        if (stack is null)
        {
            return Changed.Nothing<CreateWebhookResult>(new CreateWebhookResult.Invalid("stack", $"The tenant has no stack '{wanted.Stack}'."));
        }

        var now = clock.GetUtcNow();
        var secret = WebhookSecrets.Make();
        var hook = new Webhook
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            StackId = stack.Value,
            Name = wanted.Name,
            SecretSealed = secrets.Seal(secret),
            Target = wanted.Target,
            CreatedAt = now,
            CreatedBy = permit.Actor.Name,
        };
        db.Webhooks.Add(hook);
        return (new CreateWebhookResult.Created(hook.Id, secret), new AuditLine("webhook.created", "webhook", hook.Name)
        {
            After = new { hook.Name, wanted.Stack, target = hook.Target.Text() },
            Correlation = hook.Id,
            Notes = [new ChangeNote(tenant, "webhook", hook.Id)],
        });
    }
}

internal static class WebhookPermits
{
    /// <summary>Whoever hands out, renews or reopens a way to live needs the right to deploy there.</summary>
    public static Permit Demand(Actor actor, Guid tenant, DeployTarget target)
    {
        var permit = actor.Demand(Permission.WebhookManage, tenant);
        if (target != DeployTarget.Standby)
        {
            actor.Demand(Permission.DeployLive, tenant);
        }

        return permit;
    }
}
