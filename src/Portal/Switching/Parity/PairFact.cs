using System.Collections.Immutable;

namespace Portal.Switching.Parity;

/// <summary>What of a service, or of the cluster under it, is held against the other side.</summary>
public enum PairFactKind
{
    /// <summary>The number of the revision that is wanted there.</summary>
    Revision,
    /// <summary>Equal where the digests are; the tags that led to them may differ.</summary>
    Image,
    /// <summary>Replicas wanted.</summary>
    Wanted,
    /// <summary>Replicas healthy.</summary>
    Healthy,
    /// <summary>The service as a whole, in a word.</summary>
    Health,
    Variables,
    /// <summary>Versions of the tenant's secrets that the service reads.</summary>
    Secrets,
    /// <summary>All else that a container would get otherwise: mounts, command, limits.</summary>
    Settings,
    Engine,
    Kernel,
}

/// <param name="Name">Of a variable, a secret or a setting.</param>
/// <param name="Live">Null: not there. Masked where it may be secret.</param>
/// <param name="Standby">As <paramref name="Live"/>.</param>
public sealed record PairDetail(string Name, string? Live, string? Standby);

/// <summary>One thing that was compared.</summary>
/// <param name="Live">For people; null where live has none, or the kind has only <see cref="Details"/>.</param>
/// <param name="Standby">As <paramref name="Live"/>.</param>
public sealed record PairFact(PairFactKind Kind, string? Live, string? Standby, bool Equal)
{
    /// <summary>Those that differ, by name; of a kind that has several.</summary>
    public ImmutableArray<PairDetail> Details { get; init; } = [];
}
