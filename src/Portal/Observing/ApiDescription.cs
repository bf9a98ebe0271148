using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Portal.Observing;

/// <summary>The API's description of itself, at <c>/openapi/v1.json</c>. Open to everybody: it says nothing that the source does not.</summary>
internal static class ApiDescription
{
    private const string Version = "v1";
    private const string Scheme = "session";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Version, options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Portal",
                Version = Version,
                Description = "Everything that the pages do, by the same use cases. Begin with POST /api/v1/sessions, and send its token as bearer. Errors are problem details (RFC 9457).",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The token of POST /api/v1/sessions." };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, context);
            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder app) => app.MapOpenApi().AllowAnonymous();

    /// <summary>What holds for every operation is said in one place: who may call, and how it says no.</summary>
    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var open = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any();
        operation.Responses ??= [];
        if (!open)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            Say(operation, StatusCodes.Status401Unauthorized, "Not signed in.");
            Say(operation, StatusCodes.Status403Forbidden, "Signed in, and not allowed to.");
        }

        if (operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Path) == true)
        {
            Say(operation, StatusCodes.Status404NotFound, "Not there, or of a tenant that the caller has no part in.");
        }

        if (operation.RequestBody is not null)
        {
            Say(operation, StatusCodes.Status400BadRequest, "Not valid; errors names the fields.");
        }
    }

    private static void Say(OpenApiOperation operation, int status, string description) =>
        operation.Responses!.TryAdd(status.ToString(System.Globalization.CultureInfo.InvariantCulture), new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() },
        });
}
