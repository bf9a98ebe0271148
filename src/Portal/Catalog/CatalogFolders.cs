using System.Collections.Immutable;

namespace Portal.Catalog;

/// <summary>Reads a list of catalogs, the first of which comes first where names collide.</summary>
internal static class CatalogFolders
{
    private const string Inner = "templates";

    public static CatalogView Read(ImmutableArray<string> catalogs)
    {
        var templates = new Dictionary<string, (Template Template, string Catalog)>(StringComparer.Ordinal);
        var problems = ImmutableArray.CreateBuilder<TemplateProblem>();
        foreach (var catalog in catalogs)
        {
            try
            {
                foreach (var folder in CatalogFiles.Folders(Root(catalog)))
                {
                    if (!templates.TryAdd(folder.Name, (TemplateReader.Read(folder), catalog)))
                    {
                        problems.Add(new TemplateProblem(catalog, 0, $"Its template {folder.Name} is not offered: {templates[folder.Name].Catalog} has one of that name."));
                    }
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add(new TemplateProblem(catalog, 0, error.Message));
            }
        }

        return new CatalogView(
            [.. templates.Values.Select(pair => pair.Template).OrderBy(template => template.Title, StringComparer.OrdinalIgnoreCase).ThenBy(template => template.Name, StringComparer.Ordinal)],
            problems.ToImmutable());
    }

    /// <summary>Where its templates lie: a catalog published for Rancher keeps them one level down.</summary>
    public static DirectoryInfo Root(string catalog)
    {
        var inner = new DirectoryInfo(Path.Combine(catalog, Inner));
        return inner.Exists && inner.LinkTarget is null ? inner : new DirectoryInfo(catalog);
    }
}
