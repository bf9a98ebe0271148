using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Portal.HAProxy;

/// <param name="Adopted">It ran already; this call started nothing.</param>
public sealed record HAProxyStart(int MasterPid, int WorkerPid, bool Adopted);

/// <summary>
/// HAProxy in master-worker mode, living in one directory: files, sockets, pid file. It is a daemon in a session of its own, so it
/// serves on when whoever started it ends; the next one finds it by its sockets.
/// </summary>
public sealed class HAProxyProcess
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReloadLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly HAProxyProgram program;
    private readonly TimeProvider time;
    private readonly bool external;

    /// <param name="directory">Absolute and short (see <see cref="GatewayListen"/>), from letters, digits and / . _ -</param>
    /// <param name="external">Somebody else starts it, in the same directory, and again when it ends.</param>
    /// <param name="patience">How long a command waits for its answer; null: as long as usual.</param>
    public HAProxyProcess(string directory, string executable = "haproxy", TimeProvider? time = null, bool external = false, TimeSpan? patience = null)
        : this(directory, Path.Combine(directory, "admin.sock"), Path.Combine(directory, "admin.sock"), Path.Combine(directory, "master.sock"), executable, external, patience, time)
    {
    }

    private HAProxyProcess(string directory, string admin, string adminListen, string master, string executable, bool external, TimeSpan? patience, TimeProvider? time)
    {
        this.external = external;
        Files = new(directory);
        AdminSocket = Identifiers.Require("a socket path", adminListen, RuntimeAddress.IsAllowed);
        MasterSocket = Identifiers.Require("a socket path", master, RuntimeAddress.IsAllowed);
        this.time = time ?? TimeProvider.System;
        program = new(executable);
        Admin = new(Identifiers.Require("a socket path", admin, RuntimeAddress.IsAllowed), patience, this.time);
        Master = new(master, patience, this.time);
    }

    /// <summary>One that its own machine starts, and that is driven from here.</summary>
    /// <param name="directory">Its folder as this machine sees it.</param>
    /// <param name="admin">A <see cref="RuntimeAddress"/>, as is <paramref name="master"/>.</param>
    /// <param name="adminListen">The same as that machine sees it: what stands in its configuration.</param>
    public static HAProxyProcess Elsewhere(string directory, string admin, string adminListen, string master, string executable, TimeSpan patience, TimeProvider? time = null) =>
        new(directory, admin, adminListen, master, executable, external: true, patience, time) { IsElsewhere = true };

    /// <summary>Its addresses are another machine's, and nothing of it is started here.</summary>
    public bool IsElsewhere { get; private init; }

    public GatewayFilesStore Files { get; }

    public string AdminSocket { get; }

    public string MasterSocket { get; }

    /// <summary>The current worker.</summary>
    public RuntimeClient Admin { get; }

    public MasterClient Master { get; }

    private string PidPath => Path.Combine(Files.Directory, "haproxy.pid");

    /// <summary>Null when no HAProxy of this directory answers.</summary>
    public async Task<HAProxyStart?> FindAsync(CancellationToken cancellation = default)
    {
        try
        {
            var state = await Master.ShowProcessesAsync(cancellation);
            var info = await Admin.ShowInfoAsync(cancellation);
            return state.Current?.Pid == info.Pid ? new(state.Pid, info.Pid, Adopted: true) : null;
        }
        catch (HAProxyException error) when (error.Fault is HAProxyFault.NotRunning)
        {
            return null;
        }
    }

    /// <summary>Adopts what runs in the directory, or starts it from the files there.</summary>
    /// <exception cref="HAProxyException">BadConfig, AddressInUse, NotRunning.</exception>
    public async Task<HAProxyStart> StartAsync(CancellationToken cancellation = default)
    {
        if (await FindAsync(cancellation) is { } running)
            return running;
        if (IsElsewhere)
            throw new HAProxyException(HAProxyFault.NotRunning, $"No HAProxy answers at {MasterSocket}; its own machine starts it.");
        await CheckAsync(cancellation);
        if (external)
            throw new HAProxyException(HAProxyFault.NotRunning, $"No HAProxy answers yet; start it with: haproxy -W -S {MasterSocket} -f {Files.ConfigPath}");
        // Alive but unreachable: its sockets were removed. It finishes what it has while the new one takes the addresses.
        if (FindByPidFile() is { } lost)
            lost.Send(LinuxProcess.Signal.User1);
        var (exitCode, output) = await program.RunAsync(Files.Directory,
            ["-W", "-D", "-f", Files.ConfigPath, "-p", PidPath, "-S", MasterSocket + ",mode,600"], cancellation);
        if (exitCode != 0)
        {
            var inUse = output.Contains("cannot bind", StringComparison.OrdinalIgnoreCase);
            throw new HAProxyException(inUse ? HAProxyFault.AddressInUse : HAProxyFault.NotRunning, HAProxyProgram.Reason(output));
        }
        var started = await UntilAsync(FindAsync, StartLimit, cancellation);
        return started is null
            ? throw new HAProxyException(HAProxyFault.NotRunning, $"HAProxy started but did not answer within {StartLimit.TotalSeconds} s.")
            : started with { Adopted = false };
    }

    /// <summary>Runs HAProxy's own check on the files in the directory.</summary>
    /// <exception cref="HAProxyException">BadConfig with HAProxy's message.</exception>
    public Task CheckAsync(CancellationToken cancellation = default) => CheckAsync(Files.Directory, cancellation);

    /// <summary>Runs HAProxy's own check on files that are not written to the directory.</summary>
    /// <exception cref="HAProxyException">BadConfig with HAProxy's message.</exception>
    public async Task CheckAsync(GatewayFiles candidate, CancellationToken cancellation = default)
    {
        // The configuration names its maps relative to itself, so it can be checked, with them, in any directory.
        var store = new GatewayFilesStore(Path.Combine(Files.Directory, "candidate"));
        try
        {
            store.Write(candidate);
            await CheckAsync(store.Directory, cancellation);
        }
        finally
        {
            store.RemoveCertificates();
        }
    }

    /// <summary>Has HAProxy read a certificate as it would serve it: what it refuses must never be among those that it starts from.</summary>
    /// <exception cref="HAProxyException">BadConfig with HAProxy's message.</exception>
    public async Task CheckAsync(CertificateModel certificate, CancellationToken cancellation = default)
    {
        var directory = Path.Combine(Files.Directory, $"trial-{Guid.NewGuid():N}");
        var store = new GatewayFilesStore(directory);
        var listen = GatewayListen.In(Files.Directory, new IPEndPoint(IPAddress.Loopback, 1)) with { TlsBinds = [new IPEndPoint(IPAddress.Loopback, 2)] };
        try
        {
            store.Write(ConfigRenderer.Render(new GatewayModel(listen, [], ImmutableSortedDictionary<string, string>.Empty) { Certificates = [certificate] }));
            await CheckAsync(directory, cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Has the master start a new worker from the files, and returns when it serves. The former one finishes its connections.</summary>
    /// <exception cref="HAProxyException">BadConfig, ReloadFailed: the former worker serves on. NotRunning.</exception>
    public async Task<HAProxyStart> ReloadAsync(CancellationToken cancellation = default)
    {
        await CheckAsync(cancellation);
        var before = await Master.ShowProcessesAsync(cancellation);
        await Master.RequestReloadAsync(cancellation);
        var after = await UntilAsync(
            async stop => await TryShowAsync(stop) is { } state && state.Reloads > before.Reloads ? state : null, ReloadLimit, cancellation);
        if (after is null || after.FailedReloads > before.FailedReloads || after.Current is null || after.Current.Pid == before.Current?.Pid)
            throw new HAProxyException(HAProxyFault.ReloadFailed, "HAProxy did not start a new worker; the former one serves on.");
        return await UntilAsync(FindAsync, ReloadLimit, cancellation)
            ?? throw new HAProxyException(HAProxyFault.ReloadFailed, "The new worker does not answer.");
    }

    /// <summary>Ends it at once, with all workers. Nothing to stop is success.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        var pid = (await TryShowAsync(cancellation))?.Pid;
        var master = pid is null ? FindByPidFile() : LinuxProcess.Find(pid.Value);
        if (master is null)
            return;
        var workers = ChildrenOf(master.Pid);
        master.Send(LinuxProcess.Signal.Terminate);
        foreach (var process in workers.Prepend(master))
        {
            if (!await process.HasEndedWithinAsync(StopLimit, time, cancellation))
                process.Send(LinuxProcess.Signal.Kill);
        }
        File.Delete(PidPath);
    }

    private async Task CheckAsync(string directory, CancellationToken cancellation)
    {
        var (exitCode, output) = await program.RunAsync(
            directory, ["-c", "-f", Path.Combine(directory, GatewayFiles.ConfigName)], cancellation);
        if (exitCode != 0)
            throw new HAProxyException(HAProxyFault.BadConfig, HAProxyProgram.Reason(output));
    }

    private LinuxProcess? FindByPidFile()
    {
        if (!File.Exists(PidPath) || !int.TryParse(File.ReadAllText(PidPath), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid))
            return null;
        var process = LinuxProcess.Find(pid);
        return process is not null && process.Arguments.Contains(Files.ConfigPath) ? process : null;
    }

    private static List<LinuxProcess> ChildrenOf(int pid)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{pid}/children");
        var children = File.Exists(path) ? File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return [.. children.Select(child => LinuxProcess.Find(int.Parse(child, CultureInfo.InvariantCulture))).OfType<LinuxProcess>()];
    }

    private async Task<MasterState?> TryShowAsync(CancellationToken cancellation)
    {
        try
        {
            return await Master.ShowProcessesAsync(cancellation);
        }
        catch (HAProxyException error) when (error.Fault is HAProxyFault.NotRunning or HAProxyFault.Timeout or HAProxyFault.Garbled)
        {
            return null;
        }
    }

    private async Task<T?> UntilAsync<T>(Func<CancellationToken, Task<T?>> look, TimeSpan limit, CancellationToken cancellation)
        where T : class
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (await look(cancellation) is { } found)
                return found;
            if (time.GetElapsedTime(started) > limit)
                return null;
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
