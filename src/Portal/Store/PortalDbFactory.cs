using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Portal.Store;

/// <summary>Opens a unit of work in a named scope. There is no way to one without saying whose rows it may see.</summary>
public sealed class PortalDbFactory(PortalDataSource source, Redaction.Redactor redactor)
{
    // Contexts are used again: setting one up costs more than most of our queries.
    private readonly Lazy<PooledDbContextFactory<PortalDb>> contexts = new(() => new PooledDbContextFactory<PortalDb>(
        new DbContextOptionsBuilder<PortalDb>()
            .UseNpgsql(source.Source, npgsql => npgsql.MigrationsHistoryTable("schema_history"))
            .AddInterceptors(new RedactingSaves(redactor))
            .ConfigureWarnings(warnings => warnings.Ignore(
                // Migrations are written by hand as SQL; there is no model snapshot to compare with.
                Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.PendingModelChangesWarning,
                Microsoft.EntityFrameworkCore.Diagnostics.CoreEventId.PossibleIncorrectRequiredNavigationWithQueryFilterInteractionWarning))
            .Options));

    public PortalDb Open(TenantScope scope) => contexts.Value.CreateDbContext().In(scope);

    public PortalDb Tenant(Guid tenant) => Open(TenantScope.Of(tenant));

    public PortalDb Platform() => Open(TenantScope.Platform);
}
