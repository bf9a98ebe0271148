using Microsoft.Extensions.Options;

namespace Portal.Store;

/// <summary>Section <c>Portal</c>: where the portal keeps its state.</summary>
public sealed class StoreOptions
{
    public const string Section = "Portal";

    /// <summary>Absolute folder for the embedded database, the gateway's files and the master key. Short: sockets live below it.</summary>
    public string DataDirectory { get; set; } = "/var/lib/portal";

    /// <summary>Npgsql connection string; absent: the portal starts its own private PostgreSQL below the data directory.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>File with 32 random bytes in base64 that seal secrets; made at first start where absent.</summary>
    public string? MasterKeyFile { get; set; }
}

internal sealed class StoreOptionsValidator : IValidateOptions<StoreOptions>
{
    // A Unix socket's path may be 107 bytes; the longest below the folder takes 40.
    private const int LongestFolder = 67;

    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        List<string> problems = [];
        if (!Path.IsPathFullyQualified(options.DataDirectory))
        {
            problems.Add($"Portal:DataDirectory must be an absolute path, not '{options.DataDirectory}'.");
        }

        if (options.DataDirectory.Length > LongestFolder)
        {
            problems.Add($"Portal:DataDirectory may have at most {LongestFolder} characters: sockets live below it.");
        }

        if (options.MasterKeyFile is { } file && !File.Exists(file))
        {
            problems.Add($"Portal:MasterKeyFile names '{file}', which does not exist.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
