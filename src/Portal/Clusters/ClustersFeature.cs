using Portal.Access;
using Portal.Clusters.Health;
using Portal.Docker;

namespace Portal.Clusters;

/// <param name="Tls">PEM texts for mutual TLS.</param>
public sealed record HostBody(string? Name, string? Endpoint, string? PublishAddress, TlsBody? Tls);

public sealed record TlsBody(string? Ca, string? Certificate, string? Key);

public static class ClustersFeature
{
    public static void AddClusters(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<Engines>();
        services.AddSingleton<AddHost>();
        services.AddSingleton<HostQueries>();
        services.AddSingleton<HealthBook>();
        services.AddSingleton<Prober>();
        services.AddSingleton<HealthWatch>();
        services.AddSingleton<Inventory>();
        services.AddSingleton<LimitsBook>();
        services.AddHostedService<HostWatch>();
    }

    public static void MapClusters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/hosts", async (HttpContext http, HostQueries hosts, CancellationToken cancellationToken) => Results.Ok(await hosts.ListAsync(http.Actor(), cancellationToken))).WithName("ListHosts").WithSummary("Docker hosts, and whether they answer").WithTags("Hosts");
        api.MapPost("/hosts", AddAsync).WithName("AddHost").WithSummary("Takes a Docker host in, once its engine has answered").WithTags("Hosts");
    }

    private static async Task<IResult> AddAsync(HostBody body, HttpContext http, AddHost add, CancellationToken cancellationToken)
    {
        var tls = body.Tls is { } given ? new EngineTls(given.Ca, given.Certificate, given.Key) : null;
        return await add.ExecuteAsync(http.Actor(), new NewHost(body.Name ?? "", body.Endpoint ?? "", tls, body.PublishAddress), cancellationToken) switch
        {
            AddHostResult.Added added => Results.Created($"/api/v1/hosts/{added.HostId}", new { id = added.HostId, engine = added.EngineVersion }),
            AddHostResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddHostResult.Taken taken => Problems.Conflict(taken.Field == "endpoint" ? "A host at this endpoint is there already." : "A host of this name is there already."),
            AddHostResult.Unreachable unreachable => Problems.Invalid("endpoint", $"The engine does not answer: {unreachable.Problem}"),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }
}
