using Microsoft.Playwright;

namespace Portal.Tests.Pages;

/// <summary>Pages are prerendered: they can be read before they can be used.</summary>
internal static class Interactive
{
    /// <summary>Waits until the page's circuit stands. The finder attaches itself to the page then, and to nothing before.</summary>
    public static async Task WaitAsync(IPage page) =>
        await page.WaitForFunctionAsync("() => window.Blazor?._internal && performance.getEntriesByType('resource').some(one => one.name.includes('/js/find.js'))");
}
