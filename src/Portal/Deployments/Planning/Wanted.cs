using System.Collections.Immutable;

namespace Portal.Deployments.Planning;

/// <summary>What one environment is to run of one stack. Services come in the order of their dependencies.</summary>
public sealed record WantedStack(ImmutableArray<WantedService> Services)
{
    /// <summary>Nothing at all: the goal of undoing a first deployment, or of removing a stack.</summary>
    public static WantedStack Nothing { get; } = new([]);
}

public enum ReplaceOrder { StartFirst, StopFirst }

/// <param name="Fingerprint">Equal for two containers that need not be replaced by each other: definition, image digest, secret versions.</param>
/// <param name="Routed">The gateway sends requests to its replicas.</param>
/// <param name="OneShot">Runs to its end once for a fingerprint, before the services that come after it.</param>
public sealed record WantedService(string Name, string Fingerprint, int Replicas, ReplaceOrder Order, bool Routed, bool OneShot = false);

public enum ReplicaState { Created, Running, Exited }

public enum ReplicaHealth { Unknown, Healthy, Unhealthy }

public enum GatewayPlace { Out, In, Draining }

/// <summary>One container of the stack as it was seen.</summary>
/// <param name="Index">1 for the first replica of a service.</param>
/// <param name="Mine">Made by the deployment that plans: its death is that deployment's failure. Another's is made anew.</param>
public sealed record ObservedReplica(
    string ContainerId,
    string Service,
    int Index,
    string Fingerprint,
    ReplicaState State,
    ReplicaHealth Health,
    GatewayPlace Gateway,
    int? ExitCode = null,
    bool Mine = false)
{
    public bool Serves(bool routed) => State == ReplicaState.Running && Health == ReplicaHealth.Healthy && (!routed || Gateway == GatewayPlace.In);
}

/// <summary>Everything of the stack in the environment as it was seen.</summary>
/// <param name="Prepared">Services whose image, networks and volumes are there.</param>
public sealed record ObservedStack(ImmutableArray<ObservedReplica> Replicas, ImmutableHashSet<string> Prepared);
