namespace Portal.Lab;

public sealed record RegistryLabOptions
{
    /// <summary>Where it listens; an engine in a namespace needs its network's gateway here. The port is a free one.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Who alone is let in; null lets everybody in.</summary>
    public (string UserName, string Password)? Account { get; init; }

    /// <summary>Whose tokens let in; null is basic authentication.</summary>
    public RegistryTokenOptions? Tokens { get; init; }

    /// <summary>Where images are kept, deleted in the end; null is a new folder under the machine's temporary one.</summary>
    public string? DataRoot { get; init; }

    /// <summary>Where it reports pushes to, as registries do; null is nowhere.</summary>
    public Uri? Notify { get; init; }

    /// <summary>Sent with each report, such as an Authorization.</summary>
    public IReadOnlyDictionary<string, string> NotifyHeaders { get; init; } = new Dictionary<string, string>();
}

/// <summary>A registry's trust in tokens that somebody else gives out.</summary>
/// <param name="Realm">Where they are to be had.</param>
/// <param name="CertificatePem">Whose key signs them.</param>
public sealed record RegistryTokenOptions(Uri Realm, string Service, string Issuer, string CertificatePem);
