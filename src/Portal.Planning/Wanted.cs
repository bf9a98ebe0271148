using System.Collections.Immutable;

namespace Portal.Deployments.Planning;

/// <summary>What one environment is to run of one stack. Services come in the order of their dependencies.</summary>
public sealed record WantedStack(ImmutableArray<WantedService> Services)
{
    /// <summary>Nothing at all: the goal of undoing a first deployment, or of removing a stack.</summary>
    public static WantedStack Nothing { get; } = new([]);
}

public enum ReplaceOrder { StartFirst, StopFirst }

/// <summary>How far another service must have come.</summary>
public enum DependencyGoal { Started, Healthy, Completed }

public sealed record WantedDependency(string Service, DependencyGoal Goal);

/// <param name="Fingerprint">Equal for two containers that need not be replaced by each other: definition, image digest, secret versions.</param>
/// <param name="Routed">The gateway sends requests to its replicas.</param>
/// <param name="OneShot">Runs to its end once for a fingerprint, before the services that wait for that.</param>
public sealed record WantedService(string Name, string Fingerprint, int Replicas, ReplaceOrder Order, bool Routed, bool OneShot = false)
{
    /// <summary>How many are replaced at a time; 0: all. With stop-first and all it is what others call recreate.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>How long the last batch runs before the next is begun.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>What must be reached before a new replica is made or started. What runs already is not stopped for it.</summary>
    public ImmutableArray<WantedDependency> DependsOn { get; init; } = [];

    /// <summary>Set for a sidekick: it is made, replaced and taken away together with that service's replica of the same number.</summary>
    public string? SidekickOf { get; init; }

    /// <summary>Services whose container this one lives in part of (network, volumes): made anew, they take this one along.</summary>
    public ImmutableArray<string> AttachedTo { get; init; } = [];

    /// <summary>For a one-shot on the way back or in healing: its work is done or past, and it does not run again.</summary>
    public bool Settled { get; init; }

    public override string ToString() => $"{Name} {Fingerprint}";
}

public enum ReplicaState { Created, Running, Exited }

public enum ReplicaHealth { Unknown, Healthy, Unhealthy }

public enum GatewayPlace { Out, In, Draining }

/// <summary>One container of the stack as it was seen.</summary>
/// <param name="Index">1 for the first replica of a service.</param>
/// <param name="Mine">Made by the deployment that plans: its death is that deployment's failure. Another's is made anew.</param>
/// <param name="Age">Since it was started; null where that is not known.</param>
/// <param name="Altered">It runs, but somebody changed it by hand, in a way that can be put right: paused, renamed, taken out of a network.</param>
public sealed record ObservedReplica(
    string ContainerId,
    string Service,
    int Index,
    string Fingerprint,
    ReplicaState State,
    ReplicaHealth Health,
    GatewayPlace Gateway,
    int? ExitCode = null,
    bool Mine = false,
    TimeSpan? Age = null,
    bool Altered = false)
{
    public bool Serves(bool routed) => !Altered && State == ReplicaState.Running && Health == ReplicaHealth.Healthy && (!routed || Gateway == GatewayPlace.In);
}

/// <summary>Everything of the stack in the environment as it was seen.</summary>
/// <param name="Prepared">Services whose image, networks and volumes are there.</param>
public sealed record ObservedStack(ImmutableArray<ObservedReplica> Replicas, ImmutableHashSet<string> Prepared);
