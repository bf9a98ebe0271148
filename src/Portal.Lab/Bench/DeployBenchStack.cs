using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Portal.Docker;

namespace Portal.Lab.Bench;

/// <summary>Ten services: a routed one, and nine small ones, some of which need each other. All of them are there at once, so that what is measured is not their own start.</summary>
internal sealed class DeployBenchStack(BenchWorld world)
{
    private const int Port = 8080;

    /// <summary>On which an HAProxy without a master ends, once its requests have.</summary>
    private const string Goodbye = "SIGUSR1";
    private static readonly IReadOnlyList<(string Name, string[] Needs)> Services =
    [
        ("db", []), ("cache", []), ("queue", []), ("search", []), ("api", ["db", "cache"]), ("worker", ["queue", "db"]),
        ("mailer", ["queue"]), ("reports", ["db"]), ("admin", ["api"]), ("web", ["api"]),
    ];

    private readonly List<string> bare = [];
    private string bareNetwork = "";

    public static string HostOf(string stack) => $"{stack}.{BenchWorld.Tenant}.localhost";

    private ImageReference Tool => world.Parts.Registry.Reference("acme/tool:1");

    /// <summary>Both images are on the engine before anything is measured.</summary>
    public async Task PushToolAsync(CancellationToken cancel)
    {
        const string script = "trap 'exit 0' TERM; httpd -p 8080 -h /tmp; while :; do sleep 1 & wait; done";
        await LabImages.BusyboxAsync(world.Parts.Engine, Tool, ["sh", "-c", script], changes: [], cancel: cancel);
        await LabImages.PushAsync(world.Parts.Engine, Tool, cancel: cancel);
    }

    public Task AddAsync(string name, ImageReference web, CancellationToken cancel) =>
        world.Developer.PostAsync($"api/v1/tenants/{BenchWorld.Tenant}/stacks", new { name, compose = File(name, web) }, cancel);

    public async Task ComposeAsync(string name, ImageReference web, CancellationToken cancel)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(world.Place.Folder, name)).FullName, "docker-compose.yml");
        // The port that people reach it at; the portal has its gateway for that.
        await System.IO.File.WriteAllTextAsync(file, File(name, web).Replace("    # published here", string.Create(CultureInfo.InvariantCulture, $"    ports: [\"{PortOf(name)}:{Port}\"]"), StringComparison.Ordinal), cancel);
        await RunComposeAsync(name, ["up", "-d"], cancel);
    }

    public static int ComposePort(string name) => PortOf(name);

    public Task ComposeDownAsync(string name, CancellationToken cancel) => RunComposeAsync(name, ["down", "-t", "1"], cancel);

    /// <summary>What the engine must be asked in any case: make, start, wait until it answers; in the order of their needs, side by side where it can be.</summary>
    public async Task BareAsync(string name, ImageReference web, CancellationToken cancel)
    {
        bareNetwork = $"bare-{name}";
        await world.Parts.Engine.Networks.CreateAsync(bareNetwork, cancel: cancel);
        var up = Services.ToDictionary(service => service.Name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Task.WhenAll(Services.Select(async service =>
        {
            await Task.WhenAll(service.Needs.Select(need => up[need].Task));
            await StartAsync($"{name}-{service.Name}", service.Name == "web" ? web : Tool, up[service.Name], cancel);
        }));
    }

    /// <summary>Another version of one of them: fetched, made, started, answering; then the former ended and removed.</summary>
    public async Task BareAgainAsync(ImageReference web, CancellationToken cancel)
    {
        await foreach (var _ in world.Parts.Engine.Images.PullAsync(web, cancel: cancel))
        {
            // To its end.
        }

        var former = bare[^1];
        await StartAsync($"{former}-next", web, new TaskCompletionSource(), cancel);
        await world.Parts.Engine.Containers.StopAsync(former, TimeSpan.FromSeconds(10), cancel);
        await world.Parts.Engine.Containers.RemoveAsync(former, force: true, volumes: true, cancel);
        bare.Remove(former);
    }

    public async Task RemoveBareAsync(CancellationToken cancel)
    {
        await Task.WhenAll(bare.Select(container => world.Parts.Engine.Containers.RemoveAsync(container, force: true, volumes: true, cancel)));
        bare.Clear();
        await world.Parts.Engine.Networks.RemoveAsync(bareNetwork, cancel);
    }

    private async Task StartAsync(string name, ImageReference image, TaskCompletionSource started, CancellationToken cancel)
    {
        var engine = world.Parts.Engine;
        var spec = new ContainerSpec
        {
            Image = image.ToString(),
            NetworkMode = bareNetwork,
            ExposedPorts = [new ContainerPort(Port)],
            Memory = 128 << 20,
            StopSignal = image == Tool ? null : Goodbye,
        };
        await engine.Containers.CreateAsync(name, spec, cancel);
        lock (bare)
        {
            bare.Add(name);
        }

        await engine.Containers.StartAsync(name, cancel);
        started.SetResult();
        var address = (await engine.Containers.InspectAsync(name, cancel)).Networks[bareNetwork].IpAddress!;
        while (!await AnswersAsync(address, cancel))
        {
            await Task.Delay(5, cancel);
        }
    }

    private static async Task<bool> AnswersAsync(string address, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, Port, cancel);
            await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancel);
            return await socket.ReceiveAsync(new byte[16], cancel) > 0;
        }
        catch (SocketException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static int PortOf(string name) => 18100 + int.Parse(name["ten".Length..], CultureInfo.InvariantCulture);

    private Task RunComposeAsync(string name, string[] command, CancellationToken cancel) =>
        Shell.RunAsync("env", [$"DOCKER_HOST=unix://{world.Parts.Socket}", "docker-compose", "-p", name, "-f", Path.Combine(world.Place.Folder, name, "docker-compose.yml"), .. command], cancel);

    private string File(string name, ImageReference web)
    {
        var text = new StringBuilder("version: \"2.4\"\nservices:\n");
        foreach (var (service, needs) in Services)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {service}:\n    image: {(service == "web" ? web : Tool)}\n    mem_limit: 128m\n    expose: [\"{Port}\"]\n    depends_on: [{string.Join(", ", needs)}]\n");
            text.Append(service == "web" ? $"    stop_signal: {Goodbye}\n    # published here\n" : "");
            text.Append(CultureInfo.InvariantCulture, $"    labels:\n      portal.health: \"{(service == "web" ? "http:8080/" : "tcp:8080")}\"\n");
            text.Append(service == "web" ? $"      portal.route.host: {HostOf(name)}\n      portal.route.port: \"{Port}\"\n" : "");
        }

        return text.ToString();
    }
}
