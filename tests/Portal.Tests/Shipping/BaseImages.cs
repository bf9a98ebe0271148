using System.Text.Json;
using Portal.Lab;
using Portal.Tests.Lab;
using Portal.Tests.Looks;

namespace Portal.Tests.Shipping;

/// <summary>
/// The two images that the Dockerfile stands on, made from what this machine has installed: the SDK with the packages that the portal
/// restores, and a runtime with HAProxy. A shell, and no package manager.
/// </summary>
internal static class BaseImages
{
    public const string Sdk = "base-sdk:test";
    public const string Runtime = "base-runtime:test";

    // $0: the folder to fill; the rest: programs and libraries to bring with all that they need.
    private const string Fill = """
        set -euo pipefail
        root=$0
        mkdir -p "$root"/{bin,etc,root,tmp,usr/bin,usr/sbin,usr/share,var/lib}
        chmod 1777 "$root/tmp"
        printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
        printf 'root:x:0:\n' >"$root/etc/group"
        cp "$(command -v busybox)" "$root/bin/busybox"
        for applet in $("$root/bin/busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
        for file in "$@"; do
          case "$file" in */libssl.so*) cp -L --parents "$file" "$root";; esac
          { ldd "$file" 2>/dev/null || true; } | grep -oE '/[^ ]+\.so[^ ]*' | while read -r library; do [ -e "$root$library" ] || cp -L --parents "$library" "$root"; done
        done
        """;

    private static readonly string DotnetFolder = Path.GetDirectoryName(Path.GetFullPath(new FileInfo(Environment.ProcessPath!).ResolveLinkTarget(true)?.FullName ?? Environment.ProcessPath!))!;

    public static async Task MakeAsync(EngineLab engine)
    {
        var folder = Directory.CreateTempSubdirectory("portal-base-").FullName;
        var undo = LabFixture.UndoLog.AddFolder(folder);
        await MakeSdkAsync(engine, Path.Combine(folder, "sdk"));
        await MakeRuntimeAsync(engine, Path.Combine(folder, "runtime"));
        await undo.RunAsync();
    }

    private static async Task MakeSdkAsync(EngineLab engine, string root)
    {
        await FillAsync(root, [.. NativeLibraries(DotnetFolder), .. await OpenSslAsync()]);
        var target = Directory.CreateDirectory(Path.Combine(root, "usr/share/dotnet")).FullName;
        await Shell.RunAsync("cp", ["-a", $"{DotnetFolder}/.", target]);
        var packages = Path.Combine(root, "root/.nuget/packages");
        foreach (var package in Packages())
        {
            var place = Path.Combine(packages, Path.GetFileName(Path.GetDirectoryName(package)!));
            Directory.CreateDirectory(place);
            await Shell.RunAsync("cp", ["-a", package, place]);
        }

        // Nothing can be asked of a package registry in there, vulnerabilities neither.
        await ImportAsync(engine, root, Sdk, "ENV NuGetAudit=false", "ENV NUGET_PACKAGES=/root/.nuget/packages", "ENV DOTNET_CLI_HOME=/tmp", "ENV DOTNET_NOLOGO=1");
    }

    private static async Task MakeRuntimeAsync(EngineLab engine, string root)
    {
        const string haproxy = "/usr/sbin/haproxy";
        await FillAsync(root, [.. NativeLibraries(Path.Combine(DotnetFolder, "shared")), .. await OpenSslAsync(), haproxy]);
        File.Copy(haproxy, Path.Combine(root, "usr/sbin/haproxy"));
        var target = Path.Combine(root, "usr/share/dotnet");
        Directory.CreateDirectory(target);
        foreach (var part in new[] { "dotnet", "host", "shared" })
        {
            await Shell.RunAsync("cp", ["-a", Path.Combine(DotnetFolder, part), target]);
        }

        await ImportAsync(engine, root, Runtime);
    }

    private static Task FillAsync(string root, IEnumerable<string> programs) => Shell.RunAsync("bash", ["-c", Fill, root, Path.Combine(DotnetFolder, "dotnet"), .. programs]);

    private static IEnumerable<string> NativeLibraries(string folder) => Directory.EnumerateFiles(folder, "*.so", SearchOption.AllDirectories).Where(file => !file.Contains("tracept", StringComparison.Ordinal));

    /// <summary>Loaded by name at run time, so that nothing links to it.</summary>
    private static async Task<IEnumerable<string>> OpenSslAsync()
    {
        var cache = await Shell.RunAsync("ldconfig", ["-p"]);
        return cache.Split('\n').Where(line => line.Contains("libssl.so", StringComparison.Ordinal)).Select(line => line.Split("=> ")[^1].Trim()).Take(1);
    }

    /// <summary>Folders of the packages that the portal's last restore used here, the donor of the script included.</summary>
    private static string[] Packages()
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src/Portal/obj/project.assets.json")));
        var store = assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        var used = assets.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => library.Value.GetProperty("path").GetString()!);
        var downloaded = assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject()
            .SelectMany(framework => framework.Value.TryGetProperty("downloadDependencies", out var list) ? list.EnumerateArray() : default)
            .Select(download => $"{download.GetProperty("name").GetString()!.ToLowerInvariant()}/{download.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0]}");
        return [.. used.Concat(downloaded).Select(path => Path.Combine(store, path)).Where(Directory.Exists)];
    }

    private static async Task ImportAsync(EngineLab engine, string root, string image, params string[] changes)
    {
        string[] all = ["ENV PATH=/bin:/usr/sbin:/usr/share/dotnet", "ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "ENV DOTNET_CLI_TELEMETRY_OPTOUT=1", .. changes];
        await Shell.RunAsync("bash",
        [
            "-c", "tar -C \"$1\" -c . | docker -H \"$2\" import \"${@:4}\" - \"$3\"", "import", root, $"unix://{engine.Socket}", image,
            .. all.SelectMany(change => new[] { "-c", change }),
        ]);
    }
}
