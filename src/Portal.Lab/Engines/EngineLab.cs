using System.Net;
using Portal.Docker;

namespace Portal.Lab;

/// <summary>
/// A real engine: usually a host of its own, in a network namespace on the lab's bridge, reachable by socket and by TCP. Ports that its
/// containers publish are reached at <see cref="Address"/>.
/// </summary>
public sealed class EngineLab : IAsyncDisposable
{
    private readonly EngineDaemon daemon;
    private readonly Func<CancellationToken, Task> start;
    private readonly List<UndoEntry> undo;
    private readonly LabNetwork? ownNetwork;

    private EngineLab(
        string name, IPAddress address, IPAddress gateway, EngineDaemon daemon, LabCertificates? certificates, EngineEndpoint? tcp,
        Func<CancellationToken, Task> start, List<UndoEntry> undo, LabNetwork? ownNetwork)
    {
        (Name, Address, Gateway, Certificates, TcpEndpoint) = (name, address, gateway, certificates, tcp);
        this.daemon = daemon;
        this.start = start;
        this.undo = undo;
        this.ownNetwork = ownNetwork;
        Client = new EngineClient(Endpoint);
    }

    public string Name { get; }

    /// <summary>The host's address, as seen from here.</summary>
    public IPAddress Address { get; }

    /// <summary>Our address, as seen from the host: where a registry can listen.</summary>
    public IPAddress Gateway { get; }

    public string Socket => daemon.Socket;

    public EngineEndpoint Endpoint => EngineEndpoint.Parse($"unix://{daemon.Socket}");

    /// <summary>With the client's certificate where the engine wants one. Null for an engine in our own namespace.</summary>
    public EngineEndpoint? TcpEndpoint { get; }

    public LabCertificates? Certificates { get; }

    /// <summary>Speaks to the engine by its socket; lives as long as the lab does.</summary>
    public EngineClient Client { get; }

    public string LogFile => daemon.LogFile;

    /// <summary>Holds all that it writes.</summary>
    public string Folder => daemon.Folder;

    public static async Task<EngineLab> StartAsync(UndoLog log, string name, EngineLabOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new EngineLabOptions();
        var ownNetwork = options.Network is null ? await LabNetwork.CreateAsync(log, cancel).ConfigureAwait(false) : null;
        var network = options.Network ?? ownNetwork ?? throw new InvalidOperationException("No network.");
        var host = new EngineNamespace(network, network.TakeHost());
        var (folder, group) = EngineDaemon.NewPlace(options.DataRoot);
        List<UndoEntry> undo =
        [
            log.Add($"remove_namespace {host.Name}"),
            log.Add($"remove_link {host.Link}"),
            log.Add($"end_engine {UndoLog.Quote(folder)} {group}"),
        ];
        await host.CreateAsync(cancel).ConfigureAwait(false);
        var certificates = options.MutualTls ? LabCertificates.Create([host.Address], [name], options.Time.GetUtcNow()) : null;
        var tcp = EngineEndpoint.Parse(
            $"tcp://{host.Address}:{(options.MutualTls ? EngineEndpoint.DefaultTlsPort : EngineEndpoint.DefaultPort)}", certificates?.Client);
        var daemon = new EngineDaemon(log, folder, Path.Combine(folder, "docker.sock"), options.StartLimit);
        Task Start(CancellationToken token) => daemon.StartAsync(
            host.Enter(name), group, [$"unix://{daemon.Socket}", tcp.Address.ToString().TrimEnd('/')], options, network.Subnet, certificates, token);
        await Start(cancel).ConfigureAwait(false);
        if (options.ContainerPool is { } pool)
        {
            undo.Add(log.Add($"ip route del {pool} 2>/dev/null || true"));
            await Shell.RunAsync("ip", ["route", "add", pool, "via", host.Address.ToString()], cancel).ConfigureAwait(false);
            await Shell.RunAsync("nsenter", [$"--net=/run/netns/{host.Name}", "iptables", "-w", "-I", "DOCKER-USER", "-i", "eth0", "-j", "ACCEPT"], cancel).ConfigureAwait(false);
        }

        return new EngineLab(name, host.Address, network.Gateway, daemon, certificates, tcp, Start, undo, ownNetwork);
    }

    /// <summary>
    /// An engine beside us, without a namespace: its bridges and firewall rules are this machine's. For a demo on a machine that has none.
    /// </summary>
    /// <exception cref="InvalidOperationException">This machine has an engine's firewall chains already.</exception>
    public static async Task<EngineLab> StartOnHostAsync(UndoLog log, EngineLabOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new EngineLabOptions();
        var (folder, group) = EngineDaemon.NewPlace(options.DataRoot);
        var firewall = await HostFirewall.ReadAsync(cancel).ConfigureAwait(false);
        var quoted = UndoLog.Quote(folder);
        List<UndoEntry> undo =
        [
            log.Add($"restore_firewall {firewall.ForwardPolicy} {firewall.Forwarding}"),
            log.Add("remove_link docker0"),
            log.Add($"end_engine {quoted} {group}"),
            // Before the folder goes, since it holds the names; a first pass of end_engine's killing is part of it.
            log.Add($"remove_bridges {quoted}"),
        ];
        var socket = options.Socket ?? Path.Combine(folder, "docker.sock");
        if (options.Socket is not null)
        {
            undo.Add(log.Add($"rm -f -- {UndoLog.Quote(socket)}"));
        }

        var daemon = new EngineDaemon(log, folder, socket, options.StartLimit);
        Task Start(CancellationToken token) =>
            daemon.StartAsync([], group, [$"unix://{socket}"], options, subnet: null, certificates: null, token);
        await Start(cancel).ConfigureAwait(false);
        return new EngineLab(
            Environment.MachineName, IPAddress.Loopback, IPAddress.Loopback, daemon, certificates: null, tcp: null, Start, undo, ownNetwork: null);
    }

    /// <summary>SIGKILL to the daemon. Containers die with it unless <see cref="EngineLabOptions.LiveRestore"/>.</summary>
    public Task KillAsync() => daemon.KillAsync();

    /// <summary>Stops the daemon properly; data stays.</summary>
    public Task StopAsync() => daemon.StopAsync();

    /// <summary>Starts it again on the same data, stopping it first where it runs.</summary>
    public async Task RestartAsync(CancellationToken cancel = default)
    {
        if (daemon.IsRunning)
        {
            await daemon.StopAsync().ConfigureAwait(false);
        }

        await start(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (daemon.IsRunning)
        {
            await daemon.KillAsync().ConfigureAwait(false);
        }

        foreach (var entry in Enumerable.Reverse(undo))
        {
            await entry.RunAsync().ConfigureAwait(false);
        }

        if (ownNetwork is not null)
        {
            await ownNetwork.DisposeAsync().ConfigureAwait(false);
        }
    }
}
