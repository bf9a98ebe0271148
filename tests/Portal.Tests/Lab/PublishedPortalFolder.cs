using System.Security.Cryptography;
using Portal.Lab;

namespace Portal.Tests.Lab;

/// <summary>The portal as it is shipped: static assets resolve only there. Taken from where PORTAL_PUBLISHED says, or published here.</summary>
internal static class PublishedPortalFolder
{
    public static async Task<string> MakeAsync(UndoLog undo)
    {
        if (System.Environment.GetEnvironmentVariable("PORTAL_PUBLISHED") is { Length: > 0 } made)
        {
            return made;
        }

        var folder = Path.Combine(Path.GetTempPath(), $"portal-lab-app-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        undo.AddFolder(folder);
        await Shell.RunAsync("dotnet", ["publish", Path.Combine(Root(), "src", "Portal"), "-c", "Release", "-o", folder, "-v", "quiet", "--nologo"]);
        return folder;
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
