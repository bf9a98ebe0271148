using System.Net;
using System.Text.RegularExpressions;

namespace Portal.HAProxy;

/// <summary>
/// What may be written into a configuration, a map or a command. All of these are read back by HAProxy as words, so anything
/// that could end a word, a line or a command is refused here rather than escaped.
/// </summary>
public static partial class Identifiers
{
    public static string GroupOf(string key) => key.Split(':', 2)[0];

    public static string BackendOf(string key, string side) => $"{key}:{side}";

    public static bool IsGroup(string text) => GroupPattern().IsMatch(text);

    public static bool IsKey(string text) => text.Length <= 120 && KeyPattern().IsMatch(text);

    public static bool IsHost(string text) =>
        text.Length <= 253 && HostPattern().IsMatch(text) && !text.StartsWith(Sides.PreviewPrefix, StringComparison.Ordinal);

    public static bool IsPath(string text) => text.Length <= 500 && PathPattern().IsMatch(text);

    public static bool IsSocketPath(string text) => text.Length <= 90 && SocketPattern().IsMatch(text);

    /// <summary>A single word of a runtime command.</summary>
    public static bool IsWord(string text) => text.Length <= 800 && WordPattern().IsMatch(text);

    public static bool IsAddress(string text) => IPAddress.TryParse(text, out var address) && address.ToString() == text;

    /// <exception cref="ArgumentException">Names what was refused.</exception>
    internal static string Require(string what, string text, Func<string, bool> allowed) =>
        allowed(text) ? text : throw new ArgumentException($"'{text}' is not allowed as {what}.");

    // \z and not $: the latter lets a final line feed through.
    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex GroupPattern();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}:[a-z0-9][a-z0-9.:_-]*\z")]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"^/[A-Za-z0-9/._~!$&'()*+,=:@%-]*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"^/[A-Za-z0-9/._-]+\z")]
    private static partial Regex SocketPattern();

    [GeneratedRegex(@"^[A-Za-z0-9/._~!$&'()*+,=:@%-]+\z")]
    private static partial Regex WordPattern();
}
