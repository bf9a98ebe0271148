using System.Text;

namespace Portal.HAProxy;

/// <summary>The gateway's files in their directory. Each is replaced as a whole: a reader sees the old text or the new one.</summary>
/// <remarks>
/// Three renames are not one, but in writing order (maps, then configuration) every state between is one that HAProxy starts from.
/// </remarks>
public sealed class GatewayFilesStore(string directory)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public string Directory { get; } = directory;

    public string ConfigPath => Path.Combine(Directory, GatewayFiles.ConfigName);

    /// <summary>Null unless all three files are there.</summary>
    public GatewayFiles? Read()
    {
        var routes = ReadText(GatewayFiles.RoutesName);
        var live = ReadText(GatewayFiles.LiveName);
        var config = ReadText(GatewayFiles.ConfigName);
        return routes is null || live is null || config is null ? null : new(config, routes, live, FingerprintIn(config));
    }

    /// <summary>Writes what differs, and returns how many files did.</summary>
    public int Write(GatewayFiles files)
    {
        System.IO.Directory.CreateDirectory(Directory);
        var written = 0;
        foreach (var (name, text) in files.InWritingOrder)
        {
            if (ReadText(name) == text)
                continue;
            Replace(name, text);
            written++;
        }
        return written;
    }

    public void WriteLive(string text) => Replace(GatewayFiles.LiveName, text);

    private string? ReadText(string name)
    {
        var path = Path.Combine(Directory, name);
        return File.Exists(path) ? File.ReadAllText(path, Utf8) : null;
    }

    private void Replace(string name, string text)
    {
        var path = Path.Combine(Directory, name);
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Utf8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static string FingerprintIn(string config)
    {
        const string mark = "  description gateway-";
        var start = config.IndexOf(mark, StringComparison.Ordinal);
        if (start < 0)
            return "";
        start += mark.Length;
        return config[start..config.IndexOf('\n', start)];
    }
}
