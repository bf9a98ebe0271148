using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Portal.Docker;
using Portal.Lab.Directories;
using Portal.Lab.Load;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>All parts for one bench, with two people signed in; gone when disposed.</summary>
internal sealed class BenchWorld : IAsyncDisposable
{
    public const string Tenant = SampleTenants.Main;

    // What is measured is the work, not how long callers are made to wait for their turn.
    private static readonly Dictionary<string, string?> Unlimited = new[] { "PerSource", "PerHook" }
        .SelectMany(limit => new[] { $"Portal:Webhooks:{limit}:Burst", $"Portal:Webhooks:{limit}:PerSecond" })
        .ToDictionary(key => key, _ => (string?)"1000000");

    private readonly UndoLog undo;
    private readonly int gatewayPort;

    private BenchWorld(UndoLog undo, PartsPlace place, int gatewayPort)
    {
        this.undo = undo;
        this.gatewayPort = gatewayPort;
        Place = place;
        Parts = new PortalParts(new PartsOptions(place, LoopbackPort.Free(), gatewayPort) { Settings = Unlimited }, undo);
    }

    public PartsPlace Place { get; }

    public PortalParts Parts { get; }

    public PortalApi Developer { get; private set; } = null!;

    public PortalApi Operator { get; private set; } = null!;

    /// <param name="near">Whether the engine is on the gateway's machine, where no ports have to be published for it.</param>
    public static async Task<BenchWorld> StartAsync(bool near, CancellationToken cancel)
    {
        var undo = UndoLog.Start();
        var place = PartsPlace.In($"/var/lib/portal-bench-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        undo.AddFolder(place.Folder);
        Directory.CreateDirectory(place.Folder);
        var world = new BenchWorld(undo, place, LoopbackPort.Free());
        try
        {
            await world.Parts.StartOwnEngineAsync(near, cancel);
            await world.Parts.StartRegistryAsync(cancel);
            await world.Parts.StartDirectoryAsync(cancel);
            await world.Parts.StartPortalAsync(cancel);
            await SampleTenants.PrepareAsync(world.Parts, cancel);
            world.Developer = await world.SignInAsync("acme-dev", cancel);
            world.Operator = await world.SignInAsync("acme-ops", cancel);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>To the portal's own database, past the portal.</summary>
    public string Database => $"Host={Path.Combine(Place.Data, "pg")};Username=portal;Database=portal;Pooling=false";

    /// <summary>What no call of the portal's makes, in its database.</summary>
    public async Task SqlAsync(string sql, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancel);
    }

    public LoadPlan Load(string host) => new(new IPEndPoint(IPAddress.Loopback, gatewayPort), host) { Connections = 50 };

    /// <summary>The catalog's sample service, on both sides, as <c>NAME.acme.localhost</c>.</summary>
    public async Task<string> DeploySampleAsync(string stack, ImageReference image, CancellationToken cancel)
    {
        var host = $"{stack}.acme.localhost";
        await Developer.PostAsync($"api/v1/tenants/{Tenant}/stacks", new
        {
            name = stack,
            template = "sample-web",
            answers = new Dictionary<string, string> { ["image"] = image.ToString(), ["host_name"] = host, ["replicas"] = "1" },
        }, cancel);
        await DeployAsync(stack, "both", images: null, cancel);
        return host;
    }

    public async Task DeployAsync(string stack, string target, object? images, CancellationToken cancel)
    {
        var queued = await Developer.PostAsync($"api/v1/tenants/{Tenant}/stacks/{stack}/deployments", new { target, images }, cancel);
        var ended = await Developer.GetAsync($"api/v1/deployments/{queued.GetProperty("id").GetString()}?wait=120", cancel);
        if (ended.GetProperty("state").GetString() != "succeeded")
        {
            throw new InvalidOperationException($"The deployment ended as {ended.GetProperty("state")}: {ended.GetProperty("reasonText")}");
        }
    }

    /// <summary>An HAProxy that answers by itself: the cheapest backend to be had, and there at once.</summary>
    public async Task<ImageReference> PushBareAsync(string version, CancellationToken cancel)
    {
        var folder = Path.Combine(Place.Folder, "bare");
        Directory.CreateDirectory(folder);
        File.Copy("/usr/sbin/haproxy", Path.Combine(folder, "haproxy"), overwrite: true);
        await File.WriteAllTextAsync(Path.Combine(folder, "bare.cfg"), """
            global
              maxconn 4000
              hard-stop-after 2s
            defaults
              mode http
              timeout client 60s
              timeout server 60s
              timeout connect 5s
            frontend all
              bind :8080
              http-request return status 200 content-type text/plain string ok hdr X-Version "%[env(VERSION)]"

            """, cancel);
        var image = Parts.Registry.Reference($"acme/bare:{version}");
        await LabImages.FromFolderAsync(Parts.Engine, image, folder, ["/app/haproxy", "-db", "-q", "-f", "/app/bare.cfg"], [$"ENV VERSION={version}"], cancel: cancel);
        await LabImages.PushAsync(Parts.Engine, image, cancel: cancel);
        return image;
    }

    /// <summary>The bare backend as a stack of its own: version 1 live, 2 on standby.</summary>
    /// <returns>Its host name.</returns>
    public async Task<string> DeployBareAsync(CancellationToken cancel)
    {
        const string host = "bare.acme.localhost";
        var (one, two) = (await PushBareAsync("1", cancel), await PushBareAsync("2", cancel));
        await Developer.PostAsync($"api/v1/tenants/{Tenant}/stacks", new
        {
            name = "bare",
            compose = $"""
                services:
                  web:
                    image: {one}
                    expose: ["8080"]
                    labels:
                      portal.route.host: {host}
                      portal.route.port: "8080"
                """,
        }, cancel);
        await DeployAsync("bare", "both", images: null, cancel);
        await DeployAsync("bare", "standby", new Dictionary<string, string> { ["web"] = two.ToString() }, cancel);
        return host;
    }

    public async Task<(string Id, string Secret)> WebhookAsync(string name, string stack, string target, CancellationToken cancel)
    {
        JsonElement made = await Developer.PostAsync($"api/v1/tenants/{Tenant}/webhooks", new { name, stack, target }, cancel);
        return (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        Developer?.Dispose();
        Operator?.Dispose();
        Parts.Dispose();
        await undo.DisposeAsync();
    }

    private Task<PortalApi> SignInAsync(string user, CancellationToken cancel) => PortalApi.SignInAsync(Parts.Portal, user, SampleTree.Password(user), cancel);
}
