namespace Portal.Model;

/// <summary>A switch that was tried without moving anything: what was found, and what of standby it was found on.</summary>
public sealed class Rehearsal : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Colour From { get; init; }
    public required Colour To { get; init; }
    public required bool Passed { get; init; }
    public required string Actor { get; init; }
    public required DateTimeOffset At { get; init; }
    /// <summary>Every check with its result, as JSON.</summary>
    public required string Report { get; init; }
    /// <summary>What ran on standby, stack by stack: revision, digests, fingerprint and secret versions, as JSON.</summary>
    public required string Standby { get; init; }
}
