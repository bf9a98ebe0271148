using Microsoft.Extensions.Options;

namespace Portal.Catalog;

/// <summary>Section <c>Portal:Catalog</c>: where templates come from.</summary>
public sealed class CatalogOptions
{
    public const string Section = "Portal:Catalog";

    /// <summary>The templates that ship with the portal; empty offers none of them.</summary>
    public string BuiltIn { get; set; } = Path.Combine(AppContext.BaseDirectory, "catalog");

    /// <summary>
    /// Absolute folders with further templates, each a folder of its own there or below <c>templates</c>. Where two have a
    /// template of the same name the first one's is offered, and either before a built-in one.
    /// </summary>
    public IList<string> Folders { get; init; } = [];

    /// <summary>How long a look at the files' times is believed.</summary>
    public TimeSpan LookAgainAfter { get; set; } = TimeSpan.FromSeconds(2);
}

internal sealed class CatalogOptionsValidator : IValidateOptions<CatalogOptions>
{
    public ValidateOptionsResult Validate(string? name, CatalogOptions options)
    {
        // A folder that is missing now may be mounted or cloned later: that is shown in the catalog and does not stop the start.
        string[] problems = [.. options.Folders.Where(folder => !Path.IsPathFullyQualified(folder))
            .Select(folder => $"{CatalogOptions.Section}:Folders must hold absolute paths, not '{folder}'.")];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
