namespace Portal.Lab;

public sealed record EngineLabOptions
{
    /// <summary>Hosts or networks whose registries speak plain HTTP; the lab's own network is always among them.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>Where its data goes, deleted in the end; null is a new folder under the machine's temporary one.</summary>
    public string? DataRoot { get; init; }

    /// <summary>TCP on 2376 with mutual TLS instead of 2375 without.</summary>
    public bool MutualTls { get; init; }

    /// <summary>Containers keep running while the daemon is away. Not together with Swarm.</summary>
    public bool LiveRestore { get; init; }

    /// <summary>The network to hang on, shared with other engines; null makes one of its own.</summary>
    public LabNetwork? Network { get; init; }

    /// <summary>For an engine in our own namespace: where its socket is to be.</summary>
    public string? Socket { get; init; }

    /// <summary>For an engine in our own namespace: the default bridge's address, such as <c>172.31.250.1/24</c>; null is the engine's own choice.</summary>
    public string? BridgeAddress { get; init; }

    /// <summary>
    /// A network such as <c>100.64.0.0/16</c> that containers' addresses are of, to be reached from here as on the engine's own machine. Null:
    /// only published ports are reached.
    /// </summary>
    public string? ContainerPool { get; init; }
    /// <summary>Out of which networks are cut: a range, and each one's prefix length.</summary>
    public (string Base, int Size) AddressPool { get; init; } = ("172.16.0.0/12", 26);

    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
