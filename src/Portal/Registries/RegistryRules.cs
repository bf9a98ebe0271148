using System.Text;

namespace Portal.Registries;

/// <summary>What may be a user name and a password. Pure.</summary>
internal static class RegistryRules
{
    public const string HostProblem = "A registry's host, with its port where it has one: registry.example.org:5000.";
    public const string UserProblem = "A user name of at most 255 characters, without a colon.";
    public const string PasswordProblem = "A password or token of at most 16 KiB.";

    private const int LongestUserName = 255;
    private const int LargestPassword = 16 * 1024;

    /// <summary>What stands before a colon is the user name when both are sent.</summary>
    public static bool IsUserName(string? text) => !string.IsNullOrWhiteSpace(text) && text.Length <= LongestUserName && !text.Contains(':', StringComparison.Ordinal) && !text.Any(char.IsControl);

    public static bool IsPassword(string? text) => !string.IsNullOrEmpty(text) && Encoding.UTF8.GetByteCount(text) <= LargestPassword;
}
