using System.Net;

namespace Portal.Tests.Pages;

/// <summary>A tenant for tests that change what runs, so that what others look at stays as it is. With acme's people; made by whichever test comes first.</summary>
internal static class OwnTenant
{
    /// <param name="stack">The sample, deployed nowhere yet; null for none.</param>
    public static async Task<string> OfAsync(PagesWorld world, string slug, string name, string? stack = null)
    {
        using var known = await world.Administrator.GetAsync($"/api/v1/tenants/{slug}");
        if (known.StatusCode == HttpStatusCode.NotFound)
        {
            await world.AddTenantAsync(slug, name);
            if (stack is not null)
            {
                await world.AddStackAsync(slug, stack);
            }
        }

        return slug;
    }
}
