using System.Text;

namespace Portal.Compose;

/// <summary>What every part of one reading needs.</summary>
internal sealed class ReadContext
{
    private static readonly Dictionary<string, string> Nothing = [];

    public ReadContext(ComposeSource source)
    {
        Source = source;
        Log = new FindingLog();
        Compose = Log.For(source.FileName);
        Rancher = Log.For(ComposeSource.RancherFileName);
        Variables = source.Variables ?? Nothing;
        Files = source.EnvFiles ?? Nothing;
        Policy = source.Policy ?? StackPolicy.Default;
    }

    public ComposeSource Source { get; }

    public FindingLog Log { get; }

    public FileFindings Compose { get; }

    public FileFindings Rancher { get; }

    public IReadOnlyDictionary<string, string> Variables { get; }

    public IReadOnlyDictionary<string, string> Files { get; }

    public StackPolicy Policy { get; }

    /// <summary>Names that <see cref="File"/> was asked for.</summary>
    public SortedSet<string> FilesAsked { get; } = new(StringComparer.Ordinal);

    private int ports;
    private int fileEntries;

    /// <summary>False once the ports of the whole stack are more than anybody means.</summary>
    public bool MayTakePorts(int count) => (ports = Math.Min(ports + count, ComposeLimits.Ports + 1)) <= ComposeLimits.Ports;

    /// <summary>False once env_file entries, each counted for each service that takes it, are more than anybody means.</summary>
    public bool MayTakeFileEntries(int count) => (fileEntries = Math.Min(fileEntries + count, ComposeLimits.FileEntries + 1)) <= ComposeLimits.FileEntries;

    /// <summary>A file handed over with the stack, under its name as written or without a leading <c>./</c>; null when it was not, or is too large.</summary>
    public string? File(string name)
    {
        FilesAsked.Add(name);
        var bare = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        var found = Files.TryGetValue(name, out var content) || Files.TryGetValue(bare, out content) || Files.TryGetValue("./" + bare, out content);
        return found && Encoding.UTF8.GetByteCount(content!) <= ComposeLimits.TextBytes ? content : null;
    }
}
