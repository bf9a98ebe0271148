using Portal.Audit;
using Portal.Docker;
using Portal.Store;

namespace Portal.Registries;

/// <param name="Force">Also where the registry could not be asked; never where it said no.</param>
public sealed record NewRegistry(string? Host, string? UserName, string? Password, bool Force)
{
    public override string ToString() => $"{UserName} at {Host}";
}

public abstract record AddRegistryResult
{
    /// <param name="Tried">False: it was forced, and nobody knows.</param>
    public sealed record Added(RegistryView Registry, bool Tried) : AddRegistryResult;

    public sealed record Invalid(string Field, string Problem) : AddRegistryResult;

    /// <summary>The registry does not take them.</summary>
    public sealed record Refused(string Problem) : AddRegistryResult;

    /// <summary>The registry could not be asked; it can be forced.</summary>
    public sealed record Untried(string Problem) : AddRegistryResult;

    public sealed record HostTaken(string Host) : AddRegistryResult;
}

/// <summary>Gives a tenant's images a way into a registry, once the registry has taken it.</summary>
public sealed class AddRegistry(Changes changes, RegistryTrial trial, TenantRegistries registries, TimeProvider clock)
{
    /// <exception cref="DeniedException">The actor may not manage registries there.</exception>
    public async Task<AddRegistryResult> ExecuteAsync(Actor actor, Guid tenant, NewRegistry wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.RegistryManage, tenant);
        if (RegistryHost.Parse(wanted.Host) is not { } host)
        {
            return new AddRegistryResult.Invalid("host", RegistryRules.HostProblem);
        }

        if (!RegistryRules.IsUserName(wanted.UserName))
        {
            return new AddRegistryResult.Invalid("userName", RegistryRules.UserProblem);
        }

        if (!RegistryRules.IsPassword(wanted.Password))
        {
            return new AddRegistryResult.Invalid("password", RegistryRules.PasswordProblem);
        }

        var verdict = await trial.TryAsync(tenant, host, new RegistryCredentials(wanted.UserName!, wanted.Password!, host), cancellationToken);
        switch (verdict)
        {
            case RegistryVerdict.Refused refused:
                return new AddRegistryResult.Refused(refused.Problem);
            case RegistryVerdict.Unknown unknown when !wanted.Force:
                return new AddRegistryResult.Untried(unknown.Problem);
        }

        var now = clock.GetUtcNow();
        var row = new Registry
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            Host = host,
            UserName = wanted.UserName!,
            PasswordSealed = registries.Seal(tenant, wanted.Password!),
            CreatedAt = now,
            ChangedAt = now,
        };
        var tried = verdict is RegistryVerdict.Good;
        try
        {
            return await changes.RunAsync(
                permit,
                db =>
                {
                    db.Registries.Add(row);
                    return Task.FromResult<Changed<AddRegistryResult>>((new AddRegistryResult.Added(new RegistryView(host, row.UserName, now, now), tried), new AuditLine("registry.added", "registry", host)
                    {
                        After = new { row.UserName, tried },
                        Notes = [new ChangeNote(tenant, "registry", row.Id)],
                    }));
                },
                cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == "registries_host")
        {
            return new AddRegistryResult.HostTaken(host);
        }
    }
}
