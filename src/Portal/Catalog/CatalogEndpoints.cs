using Microsoft.Net.Http.Headers;
using Portal.Access;
using Portal.Compose;

namespace Portal.Catalog;

internal static class CatalogEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/catalog", List).WithName("ListCatalog").WithSummary("Templates, with what is wrong with them").WithTags("Catalog");
        api.MapGet("/catalog/{template}", Get).WithName("GetTemplate").WithSummary("One template with its questions").WithTags("Catalog");
        api.MapGet("/catalog/{template}/icon", IconAsync).WithName("GetTemplateIcon").WithSummary("A template's icon").WithTags("Catalog");
    }

    private static IResult List(CatalogStore catalog)
    {
        var view = catalog.Read();
        return Results.Ok(new { templates = view.Templates.Select(Card), problems = view.Problems.Select(problem => problem.ToString()) });
    }

    private static IResult Get(string template, string? version, CatalogStore catalog)
    {
        if (catalog.FindTemplate(template) is not { } found)
        {
            return Problems.NotFound("template");
        }

        var wanted = found.Version(version);
        if (wanted is null && version is not null)
        {
            return Problems.NotFound("version");
        }

        return Results.Ok(new
        {
            template = Card(found),
            found.Maintainer,
            found.License,
            found.ProjectUrl,
            readme = (wanted?.Readme ?? found.Readme) is { } markdown ? TemplateReadme.ToHtml(markdown) : null,
            version = wanted?.Version,
            versionDescription = wanted?.Description,
            wanted?.UpgradeFrom,
            compose = wanted?.Compose,
            rancherCompose = wanted?.Rancher,
            questions = wanted?.Questions.Select(Ask) ?? [],
        });
    }

    private static async Task<IResult> IconAsync(string template, HttpContext http, CatalogStore catalog, CancellationToken cancellationToken)
    {
        if (catalog.FindTemplate(template)?.Icon is not { } icon || await CatalogFiles.IconAsync(icon, cancellationToken) is not var (bytes, changed))
        {
            return Problems.NotFound("icon");
        }

        // An SVG opened by itself is a page of ours, and may hold scripts: none of it may run or fetch.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "private, max-age=300";
        return Results.Bytes(bytes, icon.ContentType, lastModified: changed, entityTag: new EntityTagHeaderValue($"\"{changed.UtcTicks:x}-{bytes.Length:x}\""));
    }

    private static object Card(Template template) => new
    {
        template.Name,
        template.Title,
        template.Description,
        template.Category,
        icon = template.Icon is null ? null : $"/api/v1/catalog/{Uri.EscapeDataString(template.Name)}/icon",
        defaultVersion = template.Default?.Version,
        versions = template.Versions.Select(version => version.Version),
        problems = template.Problems.Select(problem => problem.ToString()),
    };

    private static object Ask(Question question) => new
    {
        question.Variable,
        question.Label,
        question.Description,
        type = question.Type.ToString().ToLowerInvariant(),
        question.Required,
        question.Default,
        question.Group,
        question.MinLength,
        question.MaxLength,
        question.Min,
        question.Max,
        question.Options,
        question.ValidChars,
        question.InvalidChars,
    };
}
