using System.Collections.Immutable;

namespace Portal.Catalog;

/// <summary>All that the catalog offers at one moment.</summary>
/// <param name="Templates">by title</param>
/// <param name="Problems">of the catalog as a whole, such as a folder that cannot be read</param>
public sealed record CatalogView(ImmutableArray<Template> Templates, ImmutableArray<TemplateProblem> Problems);

/// <summary>Something wrong in a catalog's files.</summary>
/// <param name="File">path inside the template's folder; for the catalog as a whole, the folder</param>
/// <param name="Line">from 1; 0 where it is about the file as a whole</param>
public sealed record TemplateProblem(string File, int Line, string Reason)
{
    public override string ToString() => Line == 0 ? $"{File}: {Reason}" : $"{File}:{Line}: {Reason}";
}

/// <summary>A stack that can be had by answering questions. One with problems is shown all the same, with what of it can be used.</summary>
public sealed record Template
{
    /// <summary>Its folder's name, by which stacks, the API and addresses name it.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }
    public string Description { get; init; } = "";
    public string? Category { get; init; }
    public string? Maintainer { get; init; }
    public string? License { get; init; }

    /// <summary>http or https only.</summary>
    public string? ProjectUrl { get; init; }

    public TemplateIcon? Icon { get; init; }

    /// <summary>Markdown of the template as a whole.</summary>
    public string? Readme { get; init; }

    /// <summary>Newest first; those that cannot be used are left out and stand under <see cref="Problems"/>.</summary>
    public ImmutableArray<TemplateVersion> Versions { get; init; } = [];

    /// <summary>The one that is offered first; null exactly when no version can be used.</summary>
    public TemplateVersion? Default { get; init; }

    public ImmutableArray<TemplateProblem> Problems { get; init; } = [];

    public TemplateVersion? Version(string? version) => version is null ? Default : Versions.FirstOrDefault(one => one.Version == version);
}

/// <param name="Path">absolute</param>
/// <param name="ContentType">of an image</param>
public sealed record TemplateIcon(string Path, string ContentType);
