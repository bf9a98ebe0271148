using Microsoft.Playwright;

namespace Portal.Tests.Pages;

/// <summary>Pictures of pages: into docs/images where PORTAL_IMAGES=1 asks for them, or all of them into the folder that PORTAL_SHOTS names.</summary>
internal static class Pictures
{
    private const int MostBytes = 200 * 1024;

    /// <param name="name">Of the file, without ending; those for the documentation are taken 1280 wide and light.</param>
    public static async Task TakeAsync(IPage page, string name)
    {
        if (System.Environment.GetEnvironmentVariable("PORTAL_SHOTS") is { Length: > 0 } folder)
        {
            foreach (var (width, dark) in ((int, bool)[])[(1280, false), (1280, true), (390, false), (390, true)])
            {
                await page.SetViewportSizeAsync(width, width < 800 ? 844 : 800);
                await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{(dark ? "dark" : "light")}-{width}.png"), FullPage = true });
            }

            await page.SetViewportSizeAsync(1280, 800);
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        }

        if (System.Environment.GetEnvironmentVariable("PORTAL_IMAGES") == "1")
        {
            var file = Path.Combine(Root(), "docs", "images", $"{name}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await page.ScreenshotAsync(new() { Path = file });
            Assert.True(new FileInfo(file).Length < MostBytes, $"{file} is larger than {MostBytes} bytes.");
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Portal.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Portal.sln above {AppContext.BaseDirectory}.");
    }
}
