using Microsoft.Extensions.Diagnostics.HealthChecks;
using Portal.Store;

namespace Portal.Observing;

public static class ObservingFeature
{
    public static void AddObserving(this WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database");
        builder.Services.AddHostedService<KnownSecrets>();
        ApiDescription.Add(builder.Services);
    }

    public static void MapObserving(this IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        AuditEndpoints.Map(api);
        ApiDescription.Map(app);
        // Alive: the process answers. Ready: it can do its work.
        var health = app.MapGroup("/healthz").AllowAnonymous().WithTags("Health");
        health.MapGet("/live", () => Results.Text(nameof(HealthStatus.Healthy))).WithName("GetLive").WithSummary("200 while the process answers");
        health.MapGet("/ready", ReadyAsync).WithName("GetReady").WithSummary("200 while it can do its work, 503 while it cannot");
    }

    private static async Task<IResult> ReadyAsync(HealthCheckService checks, HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        var report = await checks.CheckHealthAsync(cancellationToken);
        return Results.Text(report.Status.ToString(), statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
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
