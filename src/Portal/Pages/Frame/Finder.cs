using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Tenants;

namespace Portal.Pages.Frame;

/// <summary>What the find box finds: pages, tenants and stacks that the person sees, those of the tenant at hand first.</summary>
public sealed class Finder(TenantQueries tenants, StackQueries stacks)
{
    private const int Most = 12;

    /// <summary>More tenants than this are not searched for stacks at each letter typed.</summary>
    private const int MostTenants = 20;

    private static readonly (string Title, string Path, string Icon)[] Parts =
    [
        ("Home", "", "space_dashboard"), ("Pair", "/pair", "compare"), ("Stacks", "/stacks", "layers"), ("Catalog", "/catalog", "storefront"), ("Webhooks", "/webhooks", "webhook"),
        ("Routes", "/routes", "alt_route"), ("Certificates", "/certificates", "workspace_premium"), ("Secrets", "/secrets", "key"), ("Registries", "/registries", "inventory_2"), ("Members", "/members", "group"), ("Audit", "/audit", "history"),
    ];

    private static readonly (string Title, string Path, string Icon)[] Platform =
        [("Hosts", "/hosts", "dns"), ("Certificates", "/certificates", "workspace_premium"), ("Administrators", "/administrators", "shield_person"), ("Audit of all", "/audit", "manage_history")];

    /// <param name="here">The tenant of the open page.</param>
    public async Task<IReadOnlyList<FindResult>> FindAsync(Actor actor, TenantView? here, string words, CancellationToken cancellation)
    {
        var seen = await tenants.ListAsync(actor, cancellation);
        List<FindResult> found = [];
        if (here is not null)
        {
            found.AddRange(Parts.Select(part => new FindResult(part.Title, here.Name, $"/tenants/{here.Slug}{part.Path}", part.Icon)));
        }

        foreach (var tenant in seen.OrderBy(tenant => tenant.Id == here?.Id ? 0 : 1).Take(MostTenants))
        {
            var named = await stacks.ListAsync(tenant.Id, cancellation);
            found.AddRange(named.Select(stack => new FindResult(stack.Name, $"stack of {tenant.Name}", $"/tenants/{tenant.Slug}/stacks/{stack.Name}", "layers")));
        }

        found.AddRange(seen.Select(tenant => new FindResult(tenant.Name, "tenant", $"/tenants/{tenant.Slug}", "domain")));
        found.Add(new FindResult("All tenants", "page", "/", "domain"));
        if (actor.PlatformAdministrator)
        {
            found.AddRange(Platform.Select(page => new FindResult(page.Title, "platform", page.Path, page.Icon)));
        }

        var asked = words.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return
        [
            .. found.Where(result => asked.All(word => Says(result.Title, word) || Says(result.Kind, word)))
                .OrderBy(result => asked.Length > 0 && result.Title.StartsWith(asked[0], StringComparison.OrdinalIgnoreCase) ? 0 : 1)
                .Take(Most),
        ];
    }

    private static bool Says(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}
