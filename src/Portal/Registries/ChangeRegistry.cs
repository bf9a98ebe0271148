using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Docker;
using Portal.Store;

namespace Portal.Registries;

/// <summary>What is null stays as it is.</summary>
/// <param name="Force">Also where the registry could not be asked; never where it said no.</param>
public sealed record RegistryChange(string? UserName, string? Password, bool Force)
{
    public override string ToString() => $"{UserName ?? "as it is"}, {(Password is null ? "password as it is" : "a new password")}";
}

public abstract record ChangeRegistryResult
{
    public sealed record Done(RegistryView Registry) : ChangeRegistryResult;

    public sealed record NotFound : ChangeRegistryResult;

    public sealed record Invalid(string Field, string Problem) : ChangeRegistryResult;

    /// <summary>The registry does not take them.</summary>
    public sealed record Refused(string Problem) : ChangeRegistryResult;

    /// <summary>The registry could not be asked; it can be forced.</summary>
    public sealed record Untried(string Problem) : ChangeRegistryResult;
}

/// <summary>Another user name or password for a registry, once the registry has taken them.</summary>
public sealed class ChangeRegistry(Changes changes, PortalDbFactory databases, RegistryTrial trial, TenantRegistries registries, TimeProvider clock)
{
    /// <exception cref="DeniedException">The actor may not manage registries there.</exception>
    public async Task<ChangeRegistryResult> ExecuteAsync(Actor actor, Guid tenant, string host, RegistryChange wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.RegistryManage, tenant);
        if (wanted.UserName is { } name && !RegistryRules.IsUserName(name))
        {
            return new ChangeRegistryResult.Invalid("userName", RegistryRules.UserProblem);
        }

        if (wanted.Password is { } given && !RegistryRules.IsPassword(given))
        {
            return new ChangeRegistryResult.Invalid("password", RegistryRules.PasswordProblem);
        }

        if (await FindAsync(tenant, host, cancellationToken) is not { } row)
        {
            return new ChangeRegistryResult.NotFound();
        }

        var old = registries.Open(row);
        var fresh = old with { UserName = wanted.UserName ?? old.UserName, Password = wanted.Password ?? old.Password };
        if (fresh == old)
        {
            return new ChangeRegistryResult.Done(View(row));
        }

        return await trial.TryAsync(tenant, row.Host, fresh, cancellationToken) switch
        {
            RegistryVerdict.Refused refused => new ChangeRegistryResult.Refused(refused.Problem),
            RegistryVerdict.Unknown unknown when !wanted.Force => new ChangeRegistryResult.Untried(unknown.Problem),
            var verdict => await changes.RunAsync(permit, db => SaveAsync(db, row, fresh, verdict is RegistryVerdict.Good, cancellationToken), cancellationToken),
        };
    }

    private async Task<Changed<ChangeRegistryResult>> SaveAsync(PortalDb db, Registry tried, RegistryCredentials fresh, bool good, CancellationToken cancellationToken)
    {
        // What was tried is what is saved: a row that somebody changed meanwhile gets both, name and password.
        if (await db.Registries.SingleOrDefaultAsync(row => row.Id == tried.Id, cancellationToken) is not { } row)
        {
            return Changed.Nothing<ChangeRegistryResult>(new ChangeRegistryResult.NotFound());
        }

        var before = row.UserName;
        (row.UserName, row.PasswordSealed, row.ChangedAt) = (fresh.UserName, registries.Seal(row.TenantId, fresh.Password), clock.GetUtcNow());
        return (new ChangeRegistryResult.Done(View(row)), new AuditLine("registry.changed", "registry", row.Host)
        {
            Before = new { userName = before },
            After = new { row.UserName, tried = good },
            Notes = [new ChangeNote(row.TenantId, "registry", row.Id)],
        });
    }

    private async Task<Registry?> FindAsync(Guid tenant, string host, CancellationToken cancellationToken)
    {
        var known = RegistryHost.Parse(host);
        await using var db = databases.Tenant(tenant);
        return await db.Registries.AsNoTracking().SingleOrDefaultAsync(row => row.Host == known, cancellationToken);
    }

    private static RegistryView View(Registry row) => new(row.Host, row.UserName, row.CreatedAt, row.ChangedAt);
}
