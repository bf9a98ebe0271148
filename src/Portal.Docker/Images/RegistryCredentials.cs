using System.Text.Json;

namespace Portal.Docker;

/// <param name="ServerAddress">The registry's host; may be left out where the reference names it.</param>
public sealed record RegistryCredentials(string UserName, string Password, string? ServerAddress = null)
{
    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"{UserName} at {ServerAddress ?? "the image's registry"}";

    /// <summary>What X-Registry-Auth holds; the engine wants the header on a push even where there is nothing to say.</summary>
    internal static string Header(RegistryCredentials? credentials)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Wire(credentials), EngineJson.Default.WireCredentials);
        return Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');
    }

    internal static WireCredentials Wire(RegistryCredentials? credentials) => new()
    {
        UserName = credentials?.UserName,
        Password = credentials?.Password,
        ServerAddress = credentials?.ServerAddress,
    };
}
