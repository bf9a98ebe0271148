using System.Collections.Immutable;
using System.Text;

namespace Portal.HAProxy;

/// <summary>The gateway's files in their directory. Each is replaced as a whole: a reader sees the old text or the new one.</summary>
/// <remarks>
/// Several renames are not one, but in writing order (certificates, their list, maps, then configuration, and last the removal of what is
/// in no list any more) every state between is one that HAProxy starts from.
/// </remarks>
public sealed class GatewayFilesStore(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public string Directory { get; } = directory;

    public string ConfigPath => Path.Combine(Directory, GatewayFiles.ConfigName);

    private string CertificateFolder => Path.Combine(Directory, GatewayFiles.CertificateFolder);

    /// <summary>Null unless configuration and maps are there, and every certificate that the list names.</summary>
    public GatewayFiles? Read()
    {
        var routes = ReadText(GatewayFiles.RoutesName);
        var live = ReadText(GatewayFiles.LiveName);
        var config = ReadText(GatewayFiles.ConfigName);
        var list = ReadText(GatewayFiles.CertificateListName);
        if (routes is null || live is null || config is null)
            return null;
        var certificates = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var name in (list ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]))
        {
            if (ReadText(name) is not { } pem)
                return null;
            certificates[name] = pem;
        }
        return new(config, routes, live, FingerprintIn(config)) { CertificateList = list, Certificates = certificates.ToImmutable() };
    }

    /// <summary>Whether all of them are there as they are here.</summary>
    public bool Has(GatewayFiles files) => files.InWritingOrder.All(file => ReadText(file.Name) == file.Text);

    /// <summary>Writes what differs, takes away certificates that are not wanted any more, and returns how many files that were.</summary>
    public int Write(GatewayFiles files)
    {
        System.IO.Directory.CreateDirectory(Directory);
        if (!files.Certificates.IsEmpty)
            System.IO.Directory.CreateDirectory(CertificateFolder, OwnerOnly | UnixFileMode.UserExecute);
        var written = 0;
        foreach (var (name, text) in files.InWritingOrder)
        {
            if (ReadText(name) == text)
                continue;
            Replace(name, text);
            written++;
        }
        if (files.CertificateList is null && ReadText(GatewayFiles.CertificateListName) is not null)
        {
            File.Delete(Path.Combine(Directory, GatewayFiles.CertificateListName));
            written++;
        }
        return written + RemoveCertificates(files.Certificates.ContainsKey);
    }

    public void WriteLive(string text) => Replace(GatewayFiles.LiveName, text);

    /// <summary>Leaves no key behind.</summary>
    internal void RemoveCertificates() => RemoveCertificates(_ => false);

    private int RemoveCertificates(Func<string, bool> wanted)
    {
        if (!System.IO.Directory.Exists(CertificateFolder))
            return 0;
        var stale = System.IO.Directory.GetFiles(CertificateFolder).Where(path => !wanted($"{GatewayFiles.CertificateFolder}/{Path.GetFileName(path)}")).ToList();
        stale.ForEach(File.Delete);
        return stale.Count;
    }

    private string? ReadText(string name)
    {
        var path = Path.Combine(Directory, name);
        return File.Exists(path) ? File.ReadAllText(path, Utf8) : null;
    }

    private void Replace(string name, string text)
    {
        var path = Path.Combine(Directory, name);
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (name.StartsWith(GatewayFiles.CertificateFolder + "/", StringComparison.Ordinal))
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(temporary, options))
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
