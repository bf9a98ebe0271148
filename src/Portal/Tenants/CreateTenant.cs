using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Tenants;

/// <param name="Blue">Name of the cluster under blue; the two may be the same cluster.</param>
public sealed record NewTenant(string Slug, string Name, string Blue, string Green);

public abstract record CreateTenantResult
{
    public sealed record Created(TenantView Tenant) : CreateTenantResult;

    public sealed record Invalid(string Field, string Problem) : CreateTenantResult;

    public sealed record SlugTaken : CreateTenantResult;
}

/// <summary>A tenant with its pair: both environments, blue live.</summary>
public sealed partial class CreateTenant(Changes changes, TimeProvider clock)
{
    public async Task<CreateTenantResult> ExecuteAsync(Actor actor, NewTenant wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.PlatformManage);
        if (!SlugPattern().IsMatch(wanted.Slug))
        {
            return new CreateTenantResult.Invalid("slug", "Lower-case letters, digits and hyphens, at most 32, no hyphen at either end.");
        }

        if (string.IsNullOrWhiteSpace(wanted.Name) || wanted.Name.Length > 100)
        {
            return new CreateTenantResult.Invalid("name", "A name of at most 100 characters.");
        }

        return await changes.RunAsync(permit, db => CreateAsync(db, wanted, cancellationToken), cancellationToken);
    }

    private async Task<Changed<CreateTenantResult>> CreateAsync(PortalDb db, NewTenant wanted, CancellationToken cancellationToken)
    {
        var clusters = await db.Clusters.Where(cluster => cluster.Name == wanted.Blue || cluster.Name == wanted.Green).ToDictionaryAsync(cluster => cluster.Name, cancellationToken);
        if (!clusters.TryGetValue(wanted.Blue, out var blue))
        {
            return Changed.Nothing<CreateTenantResult>(new CreateTenantResult.Invalid("blue", $"There is no cluster '{wanted.Blue}'."));
        }

        if (!clusters.TryGetValue(wanted.Green, out var green))
        {
            return Changed.Nothing<CreateTenantResult>(new CreateTenantResult.Invalid("green", $"There is no cluster '{wanted.Green}'."));
        }

        if (await db.Tenants.AnyAsync(tenant => tenant.Slug == wanted.Slug, cancellationToken))
        {
            return Changed.Nothing<CreateTenantResult>(new CreateTenantResult.SlugTaken());
        }

        var now = clock.GetUtcNow();
        var tenant = new Tenant { Id = Guid.CreateVersion7(now), Slug = wanted.Slug, Name = wanted.Name.Trim(), CreatedAt = now };
        var pair = new Pair { TenantId = tenant.Id };
        db.AddRange(tenant, pair, Environment(tenant.Id, Colour.Blue, blue.Id), Environment(tenant.Id, Colour.Green, green.Id));
        var view = new TenantView(tenant.Id, tenant.Slug, tenant.Name, pair.Live, pair.Generation, null, tenant.TimeZone);
        return (new CreateTenantResult.Created(view), new AuditLine("tenant.created", "tenant", tenant.Slug)
        {
            After = new { tenant.Slug, tenant.Name, blue = blue.Name, green = green.Name, live = pair.Live.Text() },
            Notes = [new ChangeNote(tenant.Id, "tenant", tenant.Id)],
        });

        PairEnvironment Environment(Guid tenantId, Colour colour, Guid cluster) =>
            new() { Id = Guid.CreateVersion7(now), TenantId = tenantId, Colour = colour, ClusterId = cluster };
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
    private static partial Regex SlugPattern();
}
