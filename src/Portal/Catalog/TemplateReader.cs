using System.Collections.Immutable;
using System.Globalization;
using Portal.Compose;

namespace Portal.Catalog;

/// <summary>Reads one template's folder. Whatever is wrong becomes a problem of that template, with as much of the rest as can be used.</summary>
internal sealed class TemplateReader
{
    private readonly DirectoryInfo folder;
    private readonly List<TemplateProblem> problems = [];

    private TemplateReader(DirectoryInfo folder) => this.folder = folder;

    public static Template Read(DirectoryInfo folder)
    {
        var reader = new TemplateReader(folder);
        try
        {
            return reader.Read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Template { Name = folder.Name, Title = folder.Name, Problems = [new TemplateProblem(folder.Name, 0, error.Message)] };
        }
    }

    private Template Read()
    {
        var entry = Entry();
        var versions = CatalogFiles.Folders(folder)
            .Where(inner => int.TryParse(inner.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(Version)
            .OfType<TemplateVersion>()
            .OrderByDescending(version => version.Number)
            .ToImmutableArray();
        if (versions.IsEmpty)
        {
            problems.Add(new TemplateProblem(folder.Name, 0, "has no version that can be used: folders 0, 1, 2 … with a docker-compose.yml"));
        }

        return new Template
        {
            Name = folder.Name,
            Title = entry?.Name is { Length: > 0 } title ? title : folder.Name,
            Description = entry?.Description.Trim() ?? "",
            Category = entry?.Category,
            Maintainer = entry?.Maintainer,
            License = entry?.License,
            ProjectUrl = WebAddress(entry?.ProjectUrl),
            Icon = Try("", () => CatalogFiles.Icon(folder)),
            Readme = Try("", () => CatalogFiles.Text(folder, CatalogFiles.Readme)),
            Versions = versions,
            Default = Default(entry?.DefaultVersion, versions),
            Problems = [.. problems],
        };
    }

    private RancherCatalogEntry? Entry()
    {
        if (Try("", () => CatalogFiles.Text(folder, CatalogFiles.Config)) is not { } text)
        {
            if (problems.Count == 0)
            {
                problems.Add(new TemplateProblem(CatalogFiles.Config, 0, "is missing"));
            }

            return null;
        }

        var read = RancherCatalogEntry.Read(text);
        Add("", read.Findings);
        return read.Entry;
    }

    private TemplateVersion? Version(DirectoryInfo inner)
    {
        var place = inner.Name + "/";
        if (TextOrTemplate(inner, CatalogFiles.Compose) is not { } compose)
        {
            if (!problems.Any(problem => problem.File.StartsWith(place, StringComparison.Ordinal)))
            {
                problems.Add(new TemplateProblem(place + CatalogFiles.Compose, 0, "is missing"));
            }

            return null;
        }

        var rancher = TextOrTemplate(inner, CatalogFiles.Rancher);
        var read = RancherTemplate.Read(rancher?.Text ?? "");
        Add(place, read.Findings);
        if (read.Template is not { } described)
        {
            return null;
        }

        var version = new TemplateVersion(described.Version ?? inner.Name, compose.Text, rancher?.Text, described.Questions)
        {
            Number = int.Parse(inner.Name, CultureInfo.InvariantCulture),
            Description = described.Description,
            UpgradeFrom = described.UpgradeFrom,
            Readme = Try(place, () => CatalogFiles.Text(inner, CatalogFiles.Readme)),
            ComposeFile = compose.File,
            RancherFile = rancher?.File ?? CatalogFiles.Rancher,
            Files = CatalogFiles.Beside(inner),
        };
        var findings = TemplateCheck.Findings(version);
        Add(place, findings);
        return findings.IsEmpty ? version : null;
    }

    private (string File, string Text)? TextOrTemplate(DirectoryInfo inner, string name)
    {
        foreach (var file in new[] { name, name + CatalogFiles.TemplateSuffix })
        {
            if (Try(inner.Name + "/", () => CatalogFiles.Text(inner, file)) is { } text)
            {
                return (file, text);
            }
        }

        return null;
    }

    private TemplateVersion? Default(string? wanted, ImmutableArray<TemplateVersion> versions)
    {
        var newest = versions.FirstOrDefault();
        if (wanted is null || newest is null)
        {
            return newest;
        }

        if (versions.FirstOrDefault(version => version.Version == wanted) is { } named)
        {
            return named;
        }

        problems.Add(new TemplateProblem(CatalogFiles.Config, 0, $"names version {wanted} as the default, which no folder has; {newest.Version} is offered"));
        return newest;
    }

    private T? Try<T>(string place, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (CatalogFileException error)
        {
            problems.Add(new TemplateProblem(place + error.FileName, 0, error.Message));
            return null;
        }
    }

    private void Add(string place, ImmutableArray<Finding> findings) => problems.AddRange(findings
        .Where(finding => finding.Outcome != FindingOutcome.Ignored)
        .Select(finding => new TemplateProblem(place + finding.File, finding.Line, finding.Key.Length == 0 ? finding.Reason : $"{finding.Key}: {finding.Reason}")));

    // It becomes a link on a page.
    private static string? WebAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https") ? uri.AbsoluteUri : null;
}
