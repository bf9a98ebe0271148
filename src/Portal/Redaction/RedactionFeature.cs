using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Portal.Redaction;

/// <summary>No secret's value in a text that is kept or shown: cleaned where it is written down, by value, in every encoding (decision 0010).</summary>
public static class RedactionFeature
{
    public static void AddRedaction(this WebApplicationBuilder builder)
    {
        var redactor = new Redactor();
        redactor.Learn(null, Configured(builder.Configuration));
        builder.Services.AddSingleton(redactor);
        builder.Services.Replace(ServiceDescriptor.Singleton(RedactingLogs.Make));
    }

    /// <summary>For programs alone: pages show what use cases say, and that is cleaned where it arises.</summary>
    public static void UseRedaction(this WebApplication app) => app.UseWhen(
        http => http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || http.Request.Path.StartsWithSegments("/hooks", StringComparison.OrdinalIgnoreCase),
        branch => branch.UseMiddleware<RedactedAnswers>());

    /// <summary>Passwords in the settings: the directory's, the first administrator's, the database's.</summary>
    internal static IEnumerable<string> Configured(IConfiguration settings)
    {
        foreach (var (key, value) in settings.AsEnumerable())
        {
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }

            if (key.EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase))
            {
                yield return PasswordOf(value) ?? "";
            }
            // The settings hold the whole environment too, and a shell's PWD is a folder.
            else if ((key is "PGPASSWORD" || key.StartsWith("Portal:", StringComparison.OrdinalIgnoreCase) || key.StartsWith("Kestrel:", StringComparison.OrdinalIgnoreCase)) && SecretNames.Tells(key[(key.LastIndexOf(':') + 1)..]))
            {
                yield return value;
            }
        }
    }

    private static string? PasswordOf(string connection)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connection }.TryGetValue("Password", out var password) ? password as string : null;
        }
        catch (ArgumentException)
        {
            // The store says at its start what is wrong with it.
            return null;
        }
    }
}
