namespace Portal.Access;

/// <summary>The way to the sign-in page and back. Back is only ever to a page of this portal.</summary>
internal static class SignInUrl
{
    public const string Page = "/sign-in";

    public static string For(string target) => Local(target) is "/" ? Page : $"{Page}?returnUrl={Uri.EscapeDataString(target)}";

    /// <summary>The target if it is a path on this host, otherwise the start page.</summary>
    public static string Local(string? target)
    {
        // "//host" and "/\host" lead elsewhere in a browser, and so does what hides them behind control characters.
        var local = target is ['/', ..] && !(target is [_, '/' or '\\', ..]) && !target.Any(char.IsControl);
        return local && !target!.StartsWith(Page, StringComparison.Ordinal) ? target : "/";
    }
}
