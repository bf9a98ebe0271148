using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>A certificate of the gateway's with its key: a tenant's own, or the platform's.</summary>
public sealed class Certificate
{
    public required Guid Id { get; init; }
    /// <summary>Null: the platform's.</summary>
    public Guid? TenantId { get; init; }
    /// <summary>What people call it by, in lower case; one of each for a tenant.</summary>
    public required string Name { get; init; }
    /// <summary>All host names that it names, in lower case.</summary>
    public required ImmutableArray<string> Names { get; set; }
    public required string Issuer { get; set; }
    /// <summary>SHA-256 in hexadecimal.</summary>
    public required string Fingerprint { get; set; }
    /// <summary><c>EC P-256</c>, <c>RSA 4096</c>.</summary>
    public required string KeyKind { get; set; }
    public required DateTimeOffset NotBefore { get; set; }
    public required DateTimeOffset NotAfter { get; set; }
    /// <summary>Chain and key as PEM, sealed.</summary>
    public required byte[] PemSealed { get; set; }
    /// <summary>The nearest of the distances from its end, in days, that people have been warned at.</summary>
    public int? WarnedDays { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; set; }
}
