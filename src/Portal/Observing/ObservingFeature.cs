using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Portal.Store;

namespace Portal.Observing;

public static class ObservingFeature
{
    public static void AddObserving(this WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database");
    }

    public static void MapObserving(this IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        AuditEndpoints.Map(api);
        // Alive: the process answers. Ready: it can do its work.
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready").AllowAnonymous();
    }

    private sealed class DatabaseCheck(PortalDataSource database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = database.Source.CreateCommand("select 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Npgsql.NpgsqlException error)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.", error);
            }
        }
    }
}
