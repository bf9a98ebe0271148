using Portal.Access;
using Portal.Tenants.Freezing;
using Portal.Tenants.Secrets;

namespace Portal.Tenants;

public sealed record TenantBody(string? Slug, string? Name, string? Blue, string? Green);

public static class TenantsFeature
{
    public static void AddTenants(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TenantQueries>();
        builder.Services.AddSingleton<CreateTenant>();
        builder.Services.AddSingleton<SwitchAndDeployGate>();
        builder.Services.AddSingleton<FreezeQueries>();
        builder.Services.AddSingleton<AddFreeze>();
        builder.Services.AddSingleton<RemoveFreeze>();
        builder.Services.AddSingleton<HoldLock>();
        builder.Services.AddSingleton<ReleaseLock>();
        builder.Services.AddSingleton<ChooseTimeZone>();
        builder.Services.AddSingleton<SetSecret>();
        builder.Services.AddSingleton<SecretQueries>();
    }

    public static void MapTenants(this IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants", async (HttpContext http, TenantQueries tenants, CancellationToken cancellationToken) =>
            Results.Ok((await tenants.ListAsync(http.Actor(), cancellationToken)).Select(Answer))).WithName("ListTenants").WithSummary("The tenants that the caller has a part in").WithTags("Tenants");
        api.MapGet("/tenants/{tenant}", async (string tenant, HttpContext http, TenantQueries tenants, CancellationToken cancellationToken) =>
            await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view ? Results.Ok(Answer(view)) : Problems.NotFound("tenant")).WithName("GetTenant").WithSummary("One tenant, with its live and standby colours").WithTags("Tenants");
        api.MapPost("/tenants", CreateAsync).WithName("CreateTenant").WithSummary("Makes a tenant with its pair").WithTags("Tenants");
        SecretEndpoints.Map(api);
        FreezeEndpoints.Map(api);
    }

    private static async Task<IResult> CreateAsync(TenantBody body, HttpContext http, CreateTenant create, CancellationToken cancellationToken) =>
        await create.ExecuteAsync(http.Actor(), new NewTenant(body.Slug ?? "", body.Name ?? "", body.Blue ?? "", body.Green ?? ""), cancellationToken) switch
        {
            CreateTenantResult.Created created => Results.Created($"/api/v1/tenants/{created.Tenant.Slug}", Answer(created.Tenant)),
            CreateTenantResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            CreateTenantResult.SlugTaken => Problems.Conflict("A tenant of this slug exists."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };

    private static object Answer(TenantView tenant) => new
    {
        tenant.Id,
        tenant.Slug,
        tenant.Name,
        live = tenant.Live.Text(),
        standby = tenant.Standby.Text(),
        tenant.Generation,
        tenant.SwitchBackUntil,
        tenant.TimeZone,
    };
}
