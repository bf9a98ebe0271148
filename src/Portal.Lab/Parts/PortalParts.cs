using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Portal.Docker;
using Portal.Lab.Directories;

namespace Portal.Lab.Parts;

/// <param name="HttpPort">The portal's, on loopback.</param>
/// <param name="GatewayPort">The gateway's, on loopback.</param>
public sealed record PartsOptions(PartsPlace Place, int HttpPort, int GatewayPort)
{
    /// <summary>Further settings of the portal's, such as <c>Portal:Webhooks:PerHook:Burst</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}

/// <summary>The portal and all that it stands on, for real.</summary>
public sealed class PortalParts(PartsOptions options, UndoLog undo) : IDisposable
{
    private const string HostSocket = "/var/run/docker.sock";

    public Uri Portal { get; } = new($"http://localhost:{options.HttpPort}");

    /// <summary>The break-glass account's, made for these parts.</summary>
    public string AdministratorPassword { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    public EngineClient Engine { get; private set; } = null!;

    public string Socket { get; private set; } = HostSocket;

    private IPAddress registryAddress = IPAddress.Loopback;

    public RegistryLab Registry { get; private set; } = null!;

    public DirectoryLab Directory { get; private set; } = null!;

    public LabProcess PortalProcess { get; private set; } = null!;

    /// <summary>Where containers' published ports are reached; null where the containers themselves can be.</summary>
    public IPAddress? PublishAddress { get; private set; }

    /// <exception cref="UsageException">Somebody else has the port.</exception>
    public static void RequireFree(int port, string option)
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException)
        {
            throw new UsageException($"Port {port} is taken by another program: end that, or choose another with {option} PORT.");
        }
    }

    /// <returns>What was done about it, for people.</returns>
    public async Task<string> FindOrStartEngineAsync(CancellationToken cancel)
    {
        Engine = new EngineClient(EngineEndpoint.Parse($"unix://{HostSocket}"));
        try
        {
            await Engine.System.PingAsync(cancel);
            return "one answers already";
        }
        catch (EngineException)
        {
            Engine.Dispose();
        }

        var lab = await EngineLab.StartOnHostAsync(undo, new EngineLabOptions { DataRoot = options.Place.Engine, Socket = HostSocket }, cancel);
        Engine = new EngineClient(lab.Endpoint);
        return "started";
    }

    /// <summary>Where ports that a person publishes on the engine of <see cref="StartOwnEngineAsync"/> are reached.</summary>
    public IPAddress EngineAddress { get; private set; } = IPAddress.Loopback;

    /// <summary>An engine in a namespace, which nothing else on this machine uses.</summary>
    /// <param name="near">Its containers are reached by their own addresses, as on the machine of the gateway itself.</param>
    public async Task StartOwnEngineAsync(bool near, CancellationToken cancel)
    {
        const string pool = "100.99.0.0/16";
        var lab = await EngineLab.StartAsync(undo, "bench", new EngineLabOptions { DataRoot = options.Place.Engine, ContainerPool = near ? pool : null }, cancel);
        (Engine, Socket, EngineAddress, registryAddress) = (lab.Client, lab.Socket, lab.Address, lab.Gateway);
        PublishAddress = near ? null : lab.Address;
    }

    public async Task StartRegistryAsync(CancellationToken cancel) =>
        Registry = await RegistryLab.StartAsync(undo, new RegistryLabOptions { Address = registryAddress.ToString(), DataRoot = options.Place.Registry }, cancel);

    public async Task StartDirectoryAsync(CancellationToken cancel) =>
        Directory = await DirectoryLab.StartAsync(undo, options.Place.Directory, cancel);

    public async Task StartPortalAsync(CancellationToken cancel)
    {
        // What the portal starts by itself outlives it on purpose, so the undo must name it.
        undo.Add($"end_programs {UndoLog.Quote(options.Place.Data)} postgres haproxy");
        await RunPortalAsync(cancel);
    }

    /// <summary>Starts the portal on the data that is there, and comes back when it is ready.</summary>
    public async Task RunPortalAsync(CancellationToken cancel)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = Portal.ToString().TrimEnd('/'),
            ["Portal__DataDirectory"] = options.Place.Data,
            ["Portal__FirstAdministratorPassword"] = AdministratorPassword,
            ["Portal__Gateway__Listen"] = $"127.0.0.1:{options.GatewayPort}",
            ["Logging__LogLevel__Microsoft"] = "Warning",
        };
        foreach (var (key, value) in Directory.PortalSettings(security: null).Concat(options.Settings))
        {
            settings[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var program = Path.Combine(options.Place.App, "Portal");
        // As ./portal up does: who moves the traffic is not to wait behind it (docs/decisions/0007).
        PortalProcess = LabProcess.Start(undo, "nice", ["-n", "-5", program], new LabProcessOptions(LogFile: options.Place.PortalLog, WorkingDirectory: options.Place.App, Environment: settings));
        using var http = new HttpClient { BaseAddress = Portal, Timeout = TimeSpan.FromSeconds(2) };
        await PortalProcess.WaitUntilAsync("ready", token => IsReadyAsync(http, token), TimeSpan.FromSeconds(60), cancel);
    }

    public async Task<ImageReference> PushSampleAsync(string version, CancellationToken cancel)
    {
        var image = Registry.Reference($"acme/web:{version}");
        await LabImages.FromFolderAsync(Engine, image, options.Place.Sample, ["/app/sample-web"], [$"ENV VERSION={version}"], cancel: cancel);
        await LabImages.PushAsync(Engine, image, cancel: cancel);
        return image;
    }

    /// <summary>As CI would, with the body signed; comes back when the deployment has ended.</summary>
    /// <exception cref="PortalRefusedException">Anything but success, as it would fail a build.</exception>
    public async Task CallWebhookAsync(string id, string secret, object body, CancellationToken cancel)
    {
        using var ci = new PortalApi(Portal);
        await ci.CallWebhookAsync($"hooks/{id}?wait=120", secret, body, cancel);
    }

    public void Dispose() => Engine?.Dispose();

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancel)
    {
        try
        {
            using var answer = await http.GetAsync("healthz/ready", cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            // Not listening yet; whoever waits knows how long.
            return false;
        }
    }
}
