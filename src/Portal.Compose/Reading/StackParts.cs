using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What services may refer to, read before them.</summary>
internal sealed class StackParts
{
    private readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);

    public Dictionary<string, NetworkSpec> Networks { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, VolumeSpec> Volumes { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SecretSpec> Secrets { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ConfigSpec> Configs { get; } = new(StringComparer.Ordinal);

    /// <summary>Names under networks, volumes and so on, also of entries that were refused: they are not missing as well.</summary>
    public HashSet<(string Kind, string Name)> Declared { get; } = [];

    /// <summary>Services of the file, those in profiles that are off among them.</summary>
    public HashSet<string> ServiceNames { get; } = new(StringComparer.Ordinal);

    /// <summary>v1 has no section to declare volumes in.</summary>
    public bool IsVersion1 { get; init; }

    public bool HasService(string name) => ServiceNames.Contains(name);

    public bool HasVolume(string name)
    {
        if (IsVersion1)
        {
            Volumes.TryAdd(name, new VolumeSpec(name, 1));
            return true;
        }

        return Declared.Contains(("volumes", name));
    }

    public string VolumeDigest(string? name) =>
        name is not null && Volumes.TryGetValue(name, out var volume) ? Digest("volume:" + name, () => ServiceFingerprint.Of(volume)) : "";

    public string NetworkDigest(string name) =>
        Networks.TryGetValue(name, out var network) ? Digest("network:" + name, () => ServiceFingerprint.Of(network)) : "";

    public string SecretDigest(string name) =>
        Secrets.TryGetValue(name, out var secret) ? Digest("secret:" + name, () => ServiceFingerprint.Of(secret)) : "";

    public string ConfigDigest(string name) =>
        Configs.TryGetValue(name, out var config) ? Digest("config:" + name, () => ServiceFingerprint.Of(config)) : "";

    // A config may be a mebibyte long and used by every service.
    private string Digest(string key, Func<string> make) => digests.TryGetValue(key, out var known) ? known : digests[key] = make();
}
