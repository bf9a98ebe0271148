using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Stacks.Readiness;

public abstract record ChooseReadinessResult
{
    public sealed record Done(ImmutableArray<string> Rules) : ChooseReadinessResult;

    public sealed record Unknown(string Rule) : ChooseReadinessResult;
}

/// <summary>Says which rules keep this tenant's stacks from live. What runs goes on running.</summary>
public sealed class ChooseReadinessRules(Changes changes, TimeProvider clock)
{
    /// <param name="rules">All of them; what is not among them does not block any more.</param>
    /// <exception cref="DeniedException">Only an owner may.</exception>
    public Task<ChooseReadinessResult> ExecuteAsync(Actor actor, Guid tenant, IReadOnlyList<string> rules, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.ReadinessManage, tenant);
        if (rules.FirstOrDefault(rule => ReadinessRule.Find(rule) is null) is { } unknown)
        {
            return Task.FromResult<ChooseReadinessResult>(new ChooseReadinessResult.Unknown(unknown));
        }

        return changes.RunAsync(permit, db => ChooseAsync(db, tenant, [.. ReadinessRule.All.Select(rule => rule.Key).Where(rules.Contains)], cancellationToken), cancellationToken);
    }

    private async Task<Changed<ChooseReadinessResult>> ChooseAsync(PortalDb db, Guid tenant, ImmutableArray<string> rules, CancellationToken cancellationToken)
    {
        var row = await db.ReadinessChoices.SingleOrDefaultAsync(cancellationToken);
        var before = row?.Rules ?? [];
        var done = new ChooseReadinessResult.Done(rules);
        if (before.SequenceEqual(rules))
        {
            return Changed.Nothing<ChooseReadinessResult>(done);
        }

        if (row is null)
        {
            db.ReadinessChoices.Add(new ReadinessChoice { TenantId = tenant, Rules = rules, ChangedAt = clock.GetUtcNow() });
        }
        else
        {
            (row.Rules, row.ChangedAt) = (rules, clock.GetUtcNow());
        }

        return (done, new AuditLine("readiness.chosen", "readiness", "rules that block live")
        {
            Before = new { rules = before },
            After = new { rules },
            Notes = [new ChangeNote(tenant, "readiness", tenant)],
        });
    }
}
