using System.Net;
using Microsoft.Extensions.Options;

namespace Portal.Access;

/// <summary>Section <c>Portal:Access</c>: how long sign-ins last and how often the directory is asked again.</summary>
public sealed class AccessOptions
{
    public const string Section = "Portal:Access";

    /// <summary>A browser that does nothing for so long is signed out.</summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Nobody stays signed in for longer, however busy.</summary>
    public TimeSpan Longest { get; set; } = TimeSpan.FromHours(24);

    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Groups of a session in use are looked up again when older. Nothing is granted on groups half as old again.</summary>
    public TimeSpan GroupsFreshFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an open page asks whether its access still stands.</summary>
    public TimeSpan PageCheck { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For so long after the last answer a directory that is down keeps people's last known groups.</summary>
    public TimeSpan DirectoryGrace { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> and <c>-Proto</c> are believed.</summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Sign-ins that may fail within a minute, for one name and for one source.</summary>
    public int FailuresPerName { get; set; } = 10;
    public int FailuresPerSource { get; set; } = 20;

    internal TimeSpan GroupsStaleAfter => GroupsFreshFor * 1.5;
}

internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(AccessOptions options)
    {
        (string Key, TimeSpan Value, TimeSpan Most)[] spans =
        [
            ("Idle", options.Idle, TimeSpan.FromDays(30)),
            ("Longest", options.Longest, TimeSpan.FromDays(30)),
            ("TokenLifetime", options.TokenLifetime, TimeSpan.FromDays(366)),
            ("GroupsFreshFor", options.GroupsFreshFor, TimeSpan.FromSeconds(35)),
            ("PageCheck", options.PageCheck, TimeSpan.FromSeconds(15)),
            ("DirectoryGrace", options.DirectoryGrace, TimeSpan.FromDays(1)),
        ];
        foreach (var (key, value, most) in spans.Where(span => span.Value <= TimeSpan.Zero || span.Value > span.Most))
        {
            yield return $"Portal:Access:{key} must be above zero and at most {most}, not {value}.";
        }

        foreach (var proxy in options.TrustedProxies.Where(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)))
        {
            yield return $"Portal:Access:TrustedProxies holds '{proxy}', which is neither an address nor a network.";
        }

        if (options.FailuresPerName < 1 || options.FailuresPerSource < 1)
        {
            yield return "Portal:Access:FailuresPerName and FailuresPerSource must be at least 1.";
        }
    }
}
