using System.Security.Cryptography;
using Portal.Lab;
using Portal.Tests.Looks;

namespace Portal.Tests.Lab;

/// <summary>
/// Programs as they are shipped; the portal's static assets resolve only there. Taken from where the launcher has built them, or
/// published here where somebody runs the tests by other means.
/// </summary>
internal static class Published
{
    public static Task<string> PortalAsync(UndoLog undo) => MakeAsync(undo, "app", "src/Portal", []);

    public static Task<string> SampleAsync(UndoLog undo) =>
        MakeAsync(undo, "sample", "samples/web", ["-r", "linux-x64", "--self-contained", "-p:PublishTrimmed=true"]);

    private static async Task<string> MakeAsync(UndoLog undo, string name, string project, string[] arguments)
    {
        if (System.Environment.GetEnvironmentVariable("PORTAL_BUILT") is { Length: > 0 } built)
        {
            return Path.Combine(built, name);
        }

        var folder = Path.Combine(Path.GetTempPath(), $"portal-lab-{name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        var build = $"{folder}-build";
        undo.AddFolder(folder);
        undo.AddFolder(build);
        // Built apart: the solution's own outputs may be in use by these very tests.
        await Shell.RunAsync("dotnet", ["publish", Path.Combine(Repository.Root, project), "-c", "Release", "-o", folder, "--artifacts-path", build, "-v", "quiet", "--nologo", .. arguments]);
        return folder;
    }
}
