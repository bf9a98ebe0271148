using System.Text.RegularExpressions;

namespace Portal.Switching.Checks;

/// <summary>A check as somebody asks for it.</summary>
/// <param name="HostName">Of one of the tenant's routes; or stack and service instead.</param>
/// <param name="Contains">Text that the body must hold.</param>
/// <param name="Matches">A regular expression that the body must match.</param>
public sealed record NewHttpCheck(string Name, string? HostName, string? Stack, string? Service, string Path, int Status, string? Contains, string? Matches);

/// <summary>What a check may be. Pure.</summary>
public static partial class HttpCheckRules
{
    public const int LongestName = 40;
    public const int LongestPath = 500;
    public const int LongestText = 500;
    public const int LongestPattern = 200;

    /// <summary>For each body: a pattern that takes longer has failed.</summary>
    public static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(250);

    /// <returns>Null where all is well; else the field, by its name in the API, and what is wrong.</returns>
    public static (string Field, string Problem)? Problem(NewHttpCheck check) =>
        !NamePattern().IsMatch(check.Name)
            ? ("name", $"Lower-case letters, digits, '.', '_' and '-', at most {LongestName}.")
            : (check.HostName is null) == (check.Stack is null)
                ? ("host", "Give the host name of a route, or a stack and its service: one of the two.")
                : (check.Stack is null) != (check.Service is null)
                    ? ("service", "A stack and a service go together.")
                    : check.Path.Length > LongestPath || !PathPattern().IsMatch(check.Path)
                        ? ("path", $"It starts with / and holds no blanks and no #, at most {LongestPath} characters.")
                        : check.Status is < 100 or > 599
                            ? ("status", "A status of HTTP, 100 to 599.")
                            : BodyProblem(check);

    /// <summary>The pattern, with its time limit.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Regex Pattern(string text) => new(text, RegexOptions.CultureInvariant, PatternTime);

    private static (string Field, string Problem)? BodyProblem(NewHttpCheck check)
    {
        if (check is { Contains: not null, Matches: not null })
        {
            return ("matches", "Give a text or a pattern, not both.");
        }

        if (check.Contains is { } text && text.Length is 0 or > LongestText)
        {
            return ("contains", $"A text of 1 to {LongestText} characters.");
        }

        if (check.Matches is not { } pattern)
        {
            return null;
        }

        if (pattern.Length is 0 or > LongestPattern)
        {
            return ("matches", $"A pattern of 1 to {LongestPattern} characters.");
        }

        try
        {
            _ = Pattern(pattern);
            return null;
        }
        catch (ArgumentException error)
        {
            return ("matches", $"That is not a regular expression: {error.Message}");
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,39}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^/[\x21\x22\x24-\x7E]*\z")]
    private static partial Regex PathPattern();
}
