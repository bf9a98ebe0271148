using Microsoft.AspNetCore.Components;
using Portal.Catalog;
using Portal.Store;

namespace Portal.Pages.Catalog;

/// <summary>What can be had: cards to choose from.</summary>
public sealed partial class CatalogPage
{
    private CatalogView view = new([], []);
    private string words = "";
    private string? category;

    [Inject]
    private CatalogStore Store { get; set; } = null!;

    protected override bool Concerns(ChangeNote note) => note.Kind == "tenant";

    private IReadOnlyList<string> Categories => [.. view.Templates.Select(CategoryOf).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];

    private IReadOnlyList<Template> Shown => [.. view.Templates.Where(template => category is null || string.Equals(CategoryOf(template), category, StringComparison.OrdinalIgnoreCase)).Where(Fits)];

    protected override Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        view = Store.Read();
        return Task.FromResult(true);
    }

    internal static string CategoryOf(Template template) => string.IsNullOrWhiteSpace(template.Category) ? "Other" : template.Category.Trim();

    private bool Fits(Template template) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .All(word => $"{template.Name} {template.Title} {template.Description} {template.Category}".Contains(word, StringComparison.OrdinalIgnoreCase));

    private string Pressed(string? one) => one == category ? "true" : "false";

    private void ShowAll() => (words, category) = ("", null);
}
