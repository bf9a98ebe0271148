using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Portal.Docker;

/// <summary>
/// An image's name, kept in full: <c>web</c> is <c>docker.io/library/web</c>, so two spellings of one image are equal.
/// <see cref="ToString"/> gives the short spelling that people write.
/// </summary>
public sealed partial record ImageReference
{
    public const string DockerHub = "docker.io";

    private const string OfficialPrefix = "library/";
    private const int LongestName = 255;

    private ImageReference(string registry, string repository)
    {
        Registry = registry;
        Repository = repository;
    }

    /// <summary>Host, with its port where one was given; <see cref="DockerHub"/> where none was.</summary>
    public string Registry { get; private init; }

    /// <summary>Path in the registry; official images on Docker Hub begin with <c>library/</c>.</summary>
    public string Repository { get; private init; }

    public string? Tag { get; private init; }

    /// <summary>Algorithm and hex: <c>sha256:…</c>.</summary>
    public string? Digest { get; private init; }

    /// <summary>The short name without tag and digest.</summary>
    public string Name => Registry != DockerHub ? $"{Registry}/{Repository}"
        : Repository.StartsWith(OfficialPrefix, StringComparison.Ordinal) && !Repository.AsSpan(OfficialPrefix.Length).Contains('/')
            ? Repository[OfficialPrefix.Length..]
            : Repository;

    /// <summary>The name in full, with registry, without tag and digest.</summary>
    public string FullName => $"{Registry}/{Repository}";

    /// <summary>In full, with tag and digest.</summary>
    public string Canonical => FullName + Suffix;

    private string Suffix => (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    /// <exception cref="FormatException">Not a reference.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference) ? reference : throw new FormatException($"'{text}' is not an image reference.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = null;
        var match = Whole().Match(text ?? "");
        if (!match.Success || BareId().IsMatch(text ?? ""))
        {
            return false;
        }

        var (registry, repository) = Split(match.Groups["name"].Value);
        if (!HostPattern().IsMatch(registry) || !PathPattern().IsMatch(repository) || registry.Length + 1 + repository.Length > LongestName)
        {
            return false;
        }

        var digest = Value(match.Groups["digest"]);
        if (digest is not null && !IsDigest(digest))
        {
            return false;
        }

        reference = new ImageReference(registry, repository) { Tag = Value(match.Groups["tag"]), Digest = digest };
        return true;
    }

    /// <summary>A digest of a known length where the algorithm is known.</summary>
    public static bool IsDigest(string text) => DigestPattern().IsMatch(text) && text.Split(':') switch
    {
        ["sha256", var hex] => hex.Length == 64,
        ["sha384", var hex] => hex.Length == 96,
        ["sha512", var hex] => hex.Length == 128,
        _ => true,
    };

    /// <summary>A host, with or without a port, as it may begin an image's name.</summary>
    public static bool IsRegistry(string text) => text.Length <= LongestName && HostPattern().IsMatch(text);

    /// <summary>The same repository under another tag; the digest, which named the old one, goes.</summary>
    /// <exception cref="FormatException">Not a tag.</exception>
    public ImageReference WithTag(string tag) =>
        TagPattern().IsMatch(tag) ? this with { Tag = tag, Digest = null } : throw new FormatException($"'{tag}' is not a tag.");

    /// <summary>Pinned to a digest; the tag stays as a note of where it came from.</summary>
    /// <exception cref="FormatException">Not a digest.</exception>
    public ImageReference WithDigest(string digest) =>
        IsDigest(digest) ? this with { Digest = digest } : throw new FormatException($"'{digest}' is not a digest.");

    public bool IsSameRepository(ImageReference other) => Registry == other.Registry && Repository == other.Repository;

    /// <summary>The short spelling: <c>web:1</c>, <c>registry.example:5000/team/web@sha256:…</c>.</summary>
    public override string ToString() => Name + Suffix;

    private static (string Registry, string Repository) Split(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        if (!first.AsSpan().ContainsAny('.', ':') && first != "localhost" && first.All(letter => !char.IsAsciiLetterUpper(letter)))
        {
            return (DockerHub, slash < 0 ? OfficialPrefix + name : name);
        }

        var rest = name[(slash + 1)..];
        return first is DockerHub or "index.docker.io"
            ? (DockerHub, rest.Contains('/', StringComparison.Ordinal) ? rest : OfficialPrefix + rest)
            : (first, rest);
    }

    private static string? Value(Group group) => group.Success ? group.Value : null;

    [GeneratedRegex(@"\A(?<name>[^@]+?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[^@]+))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    // What people paste in place of a name: an image's id, with or without its algorithm.
    [GeneratedRegex(@"\A(?:sha256:)?[a-f0-9]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex BareId();

    [GeneratedRegex(@"\A(?:\[[a-fA-F0-9:]+\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::[0-9]+)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-f0-9]{32,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestPattern();
}
