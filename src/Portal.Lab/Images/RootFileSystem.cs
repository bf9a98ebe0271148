using System.Formats.Tar;

namespace Portal.Lab;

/// <summary>A root file system written as a tar, in memory.</summary>
public sealed class RootFileSystem : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Plain = (UnixFileMode)0b110_100_100;
    private const UnixFileMode AllMay = (UnixFileMode)0b1_111_111_111;

    private readonly MemoryStream bytes = new();
    private readonly TarWriter tar;
    private readonly HashSet<string> present = [];

    public RootFileSystem()
    {
        tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true);
        Folder("tmp", AllMay);
        Text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n");
        Text("etc/group", "root:x:0:\nnogroup:x:65534:\n");
    }

    public RootFileSystem Text(string path, string text)
    {
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        Write(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = Plain, DataStream = content });
        return this;
    }

    /// <summary>A file of this machine, links followed; executable where it is so here.</summary>
    public RootFileSystem File(string path, string source)
    {
        using var content = System.IO.File.OpenRead(source);
        var runs = !OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(source) & UnixFileMode.UserExecute) != 0;
        var mode = runs ? Executable : Plain;
        Write(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = mode, DataStream = content });
        return this;
    }

    public RootFileSystem Link(string path, string target)
    {
        Write(new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target });
        return this;
    }

    public RootFileSystem Folder(string path, UnixFileMode mode = Executable)
    {
        Write(new PaxTarEntry(TarEntryType.Directory, path) { Mode = mode });
        return this;
    }

    /// <summary>Ends it. Nothing can be added afterwards.</summary>
    public Stream Finish()
    {
        tar.Dispose();
        bytes.Position = 0;
        return bytes;
    }

    public void Dispose()
    {
        tar.Dispose();
        bytes.Dispose();
    }

    private void Write(PaxTarEntry entry)
    {
        var parent = Path.GetDirectoryName(entry.Name);
        if (!string.IsNullOrEmpty(parent) && !present.Contains(parent))
        {
            Folder(parent);
        }

        if (present.Add(entry.Name))
        {
            tar.WriteEntry(entry);
        }
    }
}
