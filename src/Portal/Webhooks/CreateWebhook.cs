using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Webhooks;

/// <param name="Services">Those of the stack that it may deploy; none given: all.</param>
/// <param name="Tags">Tags that it acts on, with <c>*</c> and <c>?</c>; blank: every tag.</param>
/// <param name="ThenSwitch">Switch the tenant once the deployment has succeeded; of a webhook for standby alone.</param>
public sealed record NewWebhook(string Name, string Stack, DeployTarget Target, IReadOnlyList<string>? Services = null, string? Tags = null, bool ThenSwitch = false);

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
public sealed partial class CreateWebhook(Changes changes, StackServiceQueries services, WebhookSecrets secrets, TimeProvider clock)
{
    public const int LongestName = 60;
    private const string NameIndex = "webhooks_tenant_id_name_key";

    /// <exception cref="DeniedException">The actor may not manage webhooks, or not give one this target.</exception>
    public async Task<CreateWebhookResult> ExecuteAsync(Actor actor, Guid tenant, NewWebhook wanted, CancellationToken cancellationToken)
    {
        var permit = WebhookPermits.Demand(actor, tenant, wanted.Target, wanted.ThenSwitch);
        if (wanted.ThenSwitch && wanted.Target != DeployTarget.Standby)
        {
            return new CreateWebhookResult.Invalid("then", "Only a webhook for standby can switch afterwards: what it deploys is what goes live.");
        }

        var name = wanted.Name.Trim();
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
        {
            return new CreateWebhookResult.Invalid("name", $"A name of at most {LongestName} characters.");
        }

        var tags = wanted.Tags?.Trim() is { Length: > 0 } pattern ? pattern : null;
        if (tags is not null && !TagsPattern().IsMatch(tags))
        {
            return new CreateWebhookResult.Invalid("tags", "A tag, where * stands for any letters and ? for one: 1.*, release-?.");
        }

        var chosen = (wanted.Services ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        if (!chosen.IsEmpty && await UnknownAsync(tenant, wanted.Stack, chosen, cancellationToken) is { } unknown)
        {
            return new CreateWebhookResult.Invalid("services", $"The stack has no service '{unknown}'.");
        }

        try
        {
            return await changes.RunAsync(permit, db => AddAsync(db, permit, tenant, wanted with { Name = name, Services = chosen, Tags = tags }, cancellationToken), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == NameIndex)
        {
            return new CreateWebhookResult.NameTaken();
        }
    }

    private async Task<string?> UnknownAsync(Guid tenant, string stack, ImmutableArray<string> chosen, CancellationToken cancellationToken)
    {
        var known = (await services.ListAsync(tenant, cancellationToken)).Where(service => service.Stack == stack).Select(service => service.Service).ToHashSet(StringComparer.Ordinal);
        return chosen.FirstOrDefault(service => !known.Contains(service));
    }

    private async Task<Changed<CreateWebhookResult>> AddAsync(PortalDb db, Permit permit, Guid tenant, NewWebhook wanted, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Where(stack => stack.Name == wanted.Stack && stack.RemovedAt == null).Select(stack => new { stack.Id, stack.Outside }).SingleOrDefaultAsync(cancellationToken);
        if (stack is null)
        {
            return Changed.Nothing<CreateWebhookResult>(new CreateWebhookResult.Invalid("stack", $"The tenant has no stack '{wanted.Stack}'."));
        }

        if (stack.Outside && wanted.ThenSwitch)
        {
            return Changed.Nothing<CreateWebhookResult>(new CreateWebhookResult.Invalid("then", "The stack is outside the pair: no switch follows its deployments."));
        }

        if (stack.Outside && wanted.Target != DeployTarget.Live)
        {
            return Changed.Nothing<CreateWebhookResult>(new CreateWebhookResult.Invalid("target", "The stack is outside the pair, and what is deployed to it is live at once: give the webhook the target live."));
        }

        var now = clock.GetUtcNow();
        var secret = WebhookSecrets.Make();
        var hook = new Webhook
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            StackId = stack.Id,
            Name = wanted.Name,
            SecretSealed = secrets.Seal(tenant, secret),
            Target = wanted.Target,
            Services = [.. wanted.Services ?? []],
            Tags = wanted.Tags,
            ThenSwitch = wanted.ThenSwitch,
            CreatedAt = now,
            CreatedBy = permit.Actor.Name,
        };
        db.Webhooks.Add(hook);
        return (new CreateWebhookResult.Created(hook.Id, secret), new AuditLine("webhook.created", "webhook", hook.Name)
        {
            After = new { hook.Name, wanted.Stack, target = hook.Target.Text(), hook.Services, hook.Tags, then = hook.ThenSwitch ? "switch" : null },
            Correlation = hook.Id,
            Notes = [new ChangeNote(tenant, "webhook", hook.Id)],
        });
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.*?-]{1,128}\z")]
    private static partial Regex TagsPattern();
}

internal static class WebhookPermits
{
    /// <summary>Whoever hands out, renews or reopens a way to live needs the right to deploy there, or to switch.</summary>
    public static Permit Demand(Actor actor, Guid tenant, DeployTarget target, bool thenSwitch)
    {
        var permit = actor.Demand(Permission.WebhookManage, tenant);
        if (target != DeployTarget.Standby)
        {
            actor.Demand(Permission.DeployLive, tenant);
        }

        if (thenSwitch)
        {
            actor.Demand(Permission.Switch, tenant);
        }

        return permit;
    }
}
