using Microsoft.Extensions.Options;

namespace Portal.Catalog;

public static class CatalogFeature
{
    public static void AddCatalog(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<CatalogOptions>().BindConfiguration(CatalogOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<CatalogOptions>, CatalogOptionsValidator>();
        builder.Services.AddSingleton<CatalogStore>();
    }

    /// <param name="api">a group at <c>/api/v1</c> that lets only signed-in people through</param>
    public static void MapCatalog(this IEndpointRouteBuilder api) => CatalogEndpoints.Map(api);
}
