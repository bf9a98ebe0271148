using Microsoft.AspNetCore.Components;
using Portal.Pages.Shared;

namespace Portal.Pages.Frame;

/// <summary>Which tenant the open page belongs to: said by its address, or by the page where the address does not (a deployment's).</summary>
public sealed class TenantPlace(NavigationManager navigation)
{
    private (string Path, string Slug)? said;
    private event Action? Changed;

    /// <summary>Null on pages that belong to no tenant.</summary>
    public string? Slug => Segments() is ["tenants", var slug, ..] ? slug : said is { } page && page.Path == Path() ? page.Slug : null;

    /// <summary>For pages whose address names no tenant.</summary>
    public void Is(string slug)
    {
        if (Slug == slug)
        {
            return;
        }

        said = (Path(), slug);
        Changed?.Invoke();
    }

    public IDisposable Watch(Action changed)
    {
        Changed += changed;
        return new Subscription(() => Changed -= changed);
    }

    private string Path() => navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#')[0];

    private string[] Segments() => Path().Split('/', StringSplitOptions.RemoveEmptyEntries);
}
