using System.Collections.Immutable;
using System.Globalization;

namespace Portal.Deployments.Planning;

/// <summary>One thing to do. Each is idempotent: done twice, it is done once.</summary>
public abstract record Step(string Service)
{
    /// <summary>What the step works on: of two steps with the same subject, one runs at a time.</summary>
    public virtual string Subject => Service;

    /// <summary>Whose making the step must wait for, where that is under way: a container is there before it has its files.</summary>
    public virtual string Place => Subject;

    /// <summary>Pull the image, make the networks and volumes.</summary>
    public sealed record Prepare(string Service) : Step(Service);

    /// <summary>Let the last batch run for a while before the next.</summary>
    public sealed record Pause(string Service, TimeSpan Left) : Step(Service);

    public sealed record Create(string Service, int Index) : Step(Service)
    {
        public override string Subject => string.Create(CultureInfo.InvariantCulture, $"{Service} {Index}");
    }

    public abstract record OnReplica(string Service, ObservedReplica Replica) : Step(Service)
    {
        public override string Subject => Replica.ContainerId;

        public override string Place => string.Create(CultureInfo.InvariantCulture, $"{Service} {Replica.Index}");
    }

    public sealed record Start(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    /// <summary>Puts right what somebody changed by hand.</summary>
    public sealed record Mend(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    public sealed record AwaitHealthy(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    public sealed record AwaitCompletion(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    public sealed record Admit(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    /// <summary>No new requests; then wait for those in flight, up to a limit.</summary>
    public sealed record Drain(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    public sealed record Stop(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);

    public sealed record Remove(string Service, ObservedReplica Replica) : OnReplica(Service, Replica);
}

/// <summary>All steps from here to the goal as far as can be foreseen. After any of them is done, look again.</summary>
/// <param name="Ready">Those that may be done now, side by side; some whenever there are steps.</param>
/// <param name="Failed">A replica that makes the goal unreachable; then there are no steps.</param>
public sealed record Plan(ImmutableArray<Step> Steps, ImmutableArray<Step> Ready, ObservedReplica? Failed = null)
{
    public bool Reached => Steps.IsEmpty && Failed is null;
}
