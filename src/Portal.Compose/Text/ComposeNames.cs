using System.Text.RegularExpressions;

namespace Portal.Compose;

/// <summary>What may be called what.</summary>
internal static partial class ComposeNames
{
    public const string NameRule = "must begin with a letter or digit and hold only letters, digits, '.', '_' and '-', 63 at most";

    public static bool IsExtension(string key) => key.StartsWith("x-", StringComparison.Ordinal);

    public static bool IsName(string name) => Name().IsMatch(name);

    public static bool IsVariable(string name) => Variable().IsMatch(name);

    public static bool IsImage(string image) => image.Length <= 512 && Image().IsMatch(image);

    public static bool IsHostname(string name) => name.Length <= 253 && Hostname().IsMatch(name);

    [GeneratedRegex(@"\A[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\A(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})?(?:@[a-z0-9]+:[0-9a-fA-F]{32,128})?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Image();

    [GeneratedRegex(@"\A[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Hostname();
}
