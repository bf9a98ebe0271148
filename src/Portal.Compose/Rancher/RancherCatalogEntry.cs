using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What a catalog entry's config.yml says of it.</summary>
/// <param name="DefaultVersion">the version that is offered first</param>
public sealed record RancherCatalogEntry(
    string Name, string Description, string? DefaultVersion, string? Category, string? Maintainer, string? License, string? ProjectUrl)
{
    private const string FileName = "config.yml";

    /// <summary>Never throws; keys that mean nothing here are reported as ignored.</summary>
    public static CatalogEntryReadResult Read(string configYml)
    {
        ArgumentNullException.ThrowIfNull(configYml);
        var log = new FindingLog();
        var entry = Entry(configYml, log.For(FileName));
        return new CatalogEntryReadResult(log.AnyRefused ? null : entry, log.InOrder([FileName]));
    }

    private static RancherCatalogEntry? Entry(string text, FileFindings findings)
    {
        var root = YamlLoader.Load(text, findings);
        if (root is not MapNode map)
        {
            if (root is not null)
            {
                findings.Unreadable(root.Line, root.Column, "is no mapping");
            }

            return null;
        }

        var reader = new MapReader(map, KeyPath.Root, "config.yml", findings);
        if (string.IsNullOrWhiteSpace(reader.Text("name")))
        {
            reader.Refuse("name", "must have a name");
        }

        return new RancherCatalogEntry(
            reader.Text("name") ?? "",
            reader.Text("description") ?? "",
            reader.Text("version"),
            reader.Text("category"),
            reader.Text("maintainer"),
            reader.Text("license"),
            reader.Text("projectURL"));
    }
}

public sealed record CatalogEntryReadResult(RancherCatalogEntry? Entry, ImmutableArray<Finding> Findings);
