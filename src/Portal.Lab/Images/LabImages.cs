using System.Text.Json;
using Portal.Docker;

namespace Portal.Lab;

/// <summary>Images made here, since none can be fetched: no Dockerfile, no builder, one layer.</summary>
public static class LabImages
{
    private const string BusyboxPath = "/bin/busybox";

    /// <summary>An image with busybox and links to all that it can.</summary>
    /// <param name="command">What a container of it runs.</param>
    /// <returns>The image's id.</returns>
    public static Task<string> BusyboxAsync(EngineClient engine, ImageReference image, params string[] command) =>
        BusyboxAsync(engine, image, command, changes: []);

    /// <param name="changes">Further Dockerfile instructions.</param>
    /// <param name="files">Path → text.</param>
    public static async Task<string> BusyboxAsync(
        EngineClient engine,
        ImageReference image,
        IReadOnlyList<string> command,
        IReadOnlyList<string> changes,
        IReadOnlyDictionary<string, string>? files = null,
        CancellationToken cancel = default)
    {
        using var root = new RootFileSystem();
        root.File("bin/busybox", BusyboxPath);
        var applets = await Shell.RunAsync(BusyboxPath, ["--list"], cancel).ConfigureAwait(false);
        foreach (var applet in applets.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(applet => applet != "busybox"))
        {
            root.Link($"bin/{applet}", "busybox");
        }

        foreach (var (path, text) in files ?? new Dictionary<string, string>())
        {
            root.Text(path, text);
        }

        return await engine.Images.ImportAsync(root.Finish(), image, Changes(command, changes), cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// A folder under <c>/app</c> with the C libraries that its programs need, such as a self-contained <c>dotnet publish</c>
    /// (with InvariantGlobalization; without TLS, whose library is loaded by name at run time: give it in <paramref name="libraries"/>).
    /// </summary>
    /// <param name="command">Such as <c>/app/Sample</c>.</param>
    /// <param name="libraries">Further libraries by path.</param>
    public static async Task<string> FromFolderAsync(
        EngineClient engine,
        ImageReference image,
        string folder,
        IReadOnlyList<string> command,
        IReadOnlyList<string>? changes = null,
        IReadOnlyList<string>? libraries = null,
        CancellationToken cancel = default)
    {
        using var root = new RootFileSystem();
        var needed = new SortedSet<string>(libraries ?? [], StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            root.File(Path.Combine("app", Path.GetRelativePath(folder, file)), file);
            if (IsElf(file))
            {
                needed.UnionWith(await LibrariesOfAsync(file, cancel).ConfigureAwait(false));
            }
        }

        foreach (var library in needed)
        {
            root.File(library.TrimStart('/'), library);
        }

        return await engine.Images.ImportAsync(
            root.Finish(), image, Changes(command, [.. changes ?? [], "WORKDIR /app"]), cancel).ConfigureAwait(false);
    }

    /// <returns>The digest under which the registry has it: what a deployment pins.</returns>
    public static async Task<string> PushAsync(
        EngineClient engine, ImageReference image, RegistryCredentials? credentials = null, CancellationToken cancel = default)
    {
        string? digest = null;
        await foreach (var progress in engine.Images.PushAsync(image, credentials, cancel).ConfigureAwait(false))
        {
            digest = progress.Digest ?? digest;
        }

        return digest ?? throw new InvalidOperationException($"The push of {image} ended without a digest.");
    }

    private static List<string> Changes(IReadOnlyList<string> command, IReadOnlyList<string> changes) =>
        command.Count == 0 ? [.. changes] : [.. changes, $"CMD {JsonSerializer.Serialize(command)}"];

    private static bool IsElf(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("\u007fELF"u8);
    }

    private static async Task<IReadOnlyList<string>> LibrariesOfAsync(string file, CancellationToken cancel)
    {
        // "libc.so.6 => /lib/…/libc.so.6 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)"; a static program ends with 1.
        var (code, output, _) = await Shell.TryAsync("ldd", [file], cancel).ConfigureAwait(false);
        var lines = code == 0 ? output.Split('\n') : [];
        if (lines.FirstOrDefault(line => line.EndsWith("not found", StringComparison.Ordinal)) is { } missing)
        {
            throw new InvalidOperationException($"{file} needs a library that this machine lacks: {missing.Trim()}");
        }

        // What lies in the folder itself is in the image already.
        var own = Path.GetDirectoryName(Path.GetFullPath(file));
        return [.. lines.Select(line => line.Split("=>")[^1].Trim().Split(' ')[0])
            .Where(path => path.StartsWith('/') && Path.GetDirectoryName(path) != own)];
    }
}
