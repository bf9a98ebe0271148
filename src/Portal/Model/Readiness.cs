using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>The rules of readiness that a tenant lets keep its stacks from live.</summary>
public sealed class ReadinessChoice : ITenantOwned
{
    public required Guid TenantId { get; init; }
    /// <summary>By their keys, such as <c>memory-limit</c>.</summary>
    public required ImmutableArray<string> Rules { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
}
