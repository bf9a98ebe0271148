using System.Collections.Immutable;

namespace Portal.Deployments.Planning;

/// <summary>One thing to do. Each is idempotent: done twice, it is done once.</summary>
public abstract record Step(string Service)
{
    /// <summary>Pull the image, make the networks and volumes.</summary>
    public sealed record Prepare(string Service) : Step(Service);

    public sealed record Create(string Service, int Index) : Step(Service);

    public sealed record Start(string Service, ObservedReplica Replica) : Step(Service);

    public sealed record AwaitHealthy(string Service, ObservedReplica Replica) : Step(Service);

    public sealed record AwaitCompletion(string Service, ObservedReplica Replica) : Step(Service);

    public sealed record Admit(string Service, ObservedReplica Replica) : Step(Service);

    /// <summary>No new requests; then wait for those in flight, up to a limit.</summary>
    public sealed record Drain(string Service, ObservedReplica Replica) : Step(Service);

    public sealed record Stop(string Service, ObservedReplica Replica) : Step(Service);

    public sealed record Remove(string Service, ObservedReplica Replica) : Step(Service);
}

/// <summary>All steps from here to the goal as far as can be foreseen; only the first is carried out before looking again.</summary>
/// <param name="Failed">A replica that makes the goal unreachable; then there are no steps.</param>
public sealed record Plan(ImmutableArray<Step> Steps, ObservedReplica? Failed = null)
{
    public bool Reached => Steps.IsEmpty && Failed is null;
}
