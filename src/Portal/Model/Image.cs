using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>What an image runs as it was built; the same for as long as its digest.</summary>
/// <param name="User">Null: root.</param>
public sealed record ImageFacts(ImmutableArray<string> Entrypoint, ImmutableArray<string> Command, string? User);

/// <summary>What was found of an image when this tenant was let look at it.</summary>
public sealed class KnownImage : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required string Digest { get; init; }
    public required ImageFacts Facts { get; init; }
}

/// <summary>An image that was pulled to a host for a tenant.</summary>
public sealed class PulledImage : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid HostId { get; init; }
    /// <summary>Registry and repository, as the engine has them.</summary>
    public required string Name { get; init; }
    public required string Digest { get; init; }
    /// <summary>It was not there before a tenant's pull.</summary>
    public required bool Brought { get; set; }
    public required DateTimeOffset AskedAt { get; set; }
    /// <summary>When the registry had let the tenant have it; null: not yet.</summary>
    public DateTimeOffset? HadAt { get; set; }
}
