using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Redaction;
using Portal.Store;

namespace Portal.Tenants.Secrets;

public abstract record SetSecretResult
{
    /// <param name="Version">Counts up with every value; deployments pin it.</param>
    /// <param name="Warning">For people: what to mind; null where there is nothing.</param>
    public sealed record Done(string Name, int Version, string? Warning = null) : SetSecretResult;

    public sealed record Invalid(string Field, string Problem) : SetSecretResult;
}

/// <summary>A tenant's secret gets a value, its first or a new one. Nobody reads it again but a container that asks for it.</summary>
public sealed partial class SetSecret(Changes changes, SecretBox box, Redactor redactor, TimeProvider clock)
{
    /// <summary>What values are sealed for.</summary>
    public const string Purpose = "secret";

    private const int LargestValue = 64 * 1024;

    public async Task<SetSecretResult> ExecuteAsync(Actor actor, Guid tenant, string name, string? value, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.SecretManage, tenant);
        if (!NamePattern().IsMatch(name))
        {
            return new SetSecretResult.Invalid("name", "Letters, digits, dots, hyphens and underscores, at most 64.");
        }

        if (string.IsNullOrEmpty(value) || Encoding.UTF8.GetByteCount(value) > LargestValue)
        {
            return new SetSecretResult.Invalid("value", $"A text of at most {LargestValue} bytes.");
        }

        redactor.Learn(tenant, value);
        return await changes.RunAsync(permit, db => SetAsync(db, tenant, name, value, cancellationToken), cancellationToken);
    }

    private async Task<Changed<SetSecretResult>> SetAsync(PortalDb db, Guid tenant, string name, string value, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var secret = await db.Secrets.SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
        var before = secret is { RemovedAt: null } ? secret.Version : (int?)null;
        if (secret is null)
        {
            secret = new Secret { Id = Guid.CreateVersion7(now), TenantId = tenant, Name = name, Version = 1, ChangedAt = now };
            db.Secrets.Add(secret);
        }
        else
        {
            secret.Version++;
            secret.ChangedAt = now;
            secret.RemovedAt = null;
        }

        db.SecretVersions.Add(new SecretVersion { SecretId = secret.Id, TenantId = tenant, Version = secret.Version, ValueSealed = box.Seal(value, Purpose), CreatedAt = now });
        var warning = Redactor.CanFind(value) ? null : "So short a value is in many texts by chance: it is not kept out of logs.";
        return (new SetSecretResult.Done(name, secret.Version, warning), new AuditLine(before is null ? "secret.created" : "secret.changed", "secret", name)
        {
            Before = before is null ? null : new { version = before },
            After = new { version = secret.Version },
            Notes = [new ChangeNote(tenant, "secret", secret.Id)],
        });
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex NamePattern();
}
