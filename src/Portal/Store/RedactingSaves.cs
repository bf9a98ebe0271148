using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Portal.Redaction;

namespace Portal.Store;

/// <summary>
/// Texts that quote others (containers, registries, engines, senders, people) are cleaned as their rows are written, whoever made them.
/// Names are left alone: an audit event says what was changed, also where somebody has called a secret the same.
/// </summary>
internal sealed class RedactingSaves(Redactor redactor) : SaveChangesInterceptor
{
    private static readonly Dictionary<Type, (string Property, bool Json)[]> Columns = new()
    {
        [typeof(DeploymentLogLine)] = [(nameof(DeploymentLogLine.Text), false), (nameof(DeploymentLogLine.Step), false)],
        [typeof(Deployment)] = [(nameof(Deployment.ReasonText), false)],
        [typeof(AuditEvent)] = [(nameof(AuditEvent.Result), false), (nameof(AuditEvent.Before), true), (nameof(AuditEvent.After), true)],
        [typeof(Delivery)] = [(nameof(Delivery.Headers), true), (nameof(Delivery.Body), false), (nameof(Delivery.Checks), false), (nameof(Delivery.Reason), false), (nameof(Delivery.Image), false)],
        [typeof(Rehearsal)] = [(nameof(Rehearsal.Report), true)],
        [typeof(Switch)] = [(nameof(Switch.Reason), false), (nameof(Switch.OverrideReason), false), (nameof(Switch.Preflight), true), (nameof(Switch.Failure), false)],
    };

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Clean(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Clean(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    private void Clean(DbContext db)
    {
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified) || !Columns.TryGetValue(entry.Entity.GetType(), out var columns))
            {
                continue;
            }

            var set = redactor.For(entry.Entity switch { ITenantOwned owned => owned.TenantId, AuditEvent line => line.TenantId, _ => null });
            foreach (var (property, json) in columns)
            {
                var column = entry.Property(property);
                if (column.CurrentValue is string text)
                {
                    var clean = json ? set.CleanJson(text) : set.Clean(text);
                    if (!ReferenceEquals(clean, text))
                    {
                        column.CurrentValue = clean;
                    }
                }
            }
        }
    }
}
