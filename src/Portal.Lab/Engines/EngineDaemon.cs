using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.Docker;

namespace Portal.Lab;

/// <summary>A dockerd with its own folder: data, sockets, log. Knows how to start it, not where it runs.</summary>
internal sealed class EngineDaemon(UndoLog undo, string folder, string socket, TimeSpan startLimit)
{
    // A proxy for the internet must not be asked for the lab's own registries.
    private static readonly Dictionary<string, string?> NoProxy = new()
    {
        ["HTTP_PROXY"] = null, ["HTTPS_PROXY"] = null, ["http_proxy"] = null, ["https_proxy"] = null,
    };

    private LabProcess? process;

    public string Folder => folder;

    public string Socket => socket;

    public string LogFile => Path.Combine(folder, "dockerd.log");

    public bool IsRunning => process is { HasExited: false };

    /// <summary>A folder and a control group that no other lab has.</summary>
    public static (string Folder, string Group) NewPlace(string? dataRoot)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        return (dataRoot ?? Path.Combine(Path.GetTempPath(), $"portal-lab-{id}"), $"portal-lab-{id}");
    }

    public async Task StartAsync(
        IReadOnlyList<string> prefix, string group, IReadOnlyList<string> hosts, EngineLabOptions options, string? subnet,
        LabCertificates? certificates, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        await ForgetEndedAsync(cancel).ConfigureAwait(false);
        var config = Path.Combine(folder, "daemon.json");
        await File.WriteAllTextAsync(config, Config(group, options, subnet, certificates).ToJsonString(), cancel).ConfigureAwait(false);
        string[] command = [.. prefix, "dockerd", "--config-file", config, .. hosts.SelectMany(host => new[] { "-H", host })];
        process = LabProcess.Start(undo, command[0], command[1..], new LabProcessOptions(LogFile, Environment: NoProxy, Undo: false));
        using var client = new EngineClient(EngineEndpoint.Parse($"unix://{socket}"));
        await process.WaitUntilAsync("an answer to a ping", token => AnswersAsync(client, token), startLimit, cancel).ConfigureAwait(false);
    }

    public Task KillAsync() => process?.KillAsync() ?? Task.CompletedTask;

    public Task StopAsync() => process?.StopAsync(TimeSpan.FromSeconds(30)) ?? Task.CompletedTask;

    /// <summary>
    /// A killed daemon takes its containerd with it, a moment later, and leaves both pid files. Where the machine's first process reaps
    /// nobody (a container without an init), the dead containerd still looks alive to the next daemon, which then waits for it in vain.
    /// </summary>
    private async Task ForgetEndedAsync(CancellationToken cancel)
    {
        File.Delete(Path.Combine(folder, "dockerd.pid"));
        var file = Path.Combine(folder, "exec", "containerd", "containerd.pid");
        if (!File.Exists(file))
        {
            return;
        }

        var pid = int.Parse((await File.ReadAllTextAsync(file, cancel).ConfigureAwait(false)).Trim(), CultureInfo.InvariantCulture);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(startLimit);
        while (ProcessIdentity.StartTime(pid) is not null)
        {
            await Task.Delay(20, limit.Token).ConfigureAwait(false);
        }

        File.Delete(file);
    }

    private static async Task<bool> AnswersAsync(EngineClient client, CancellationToken cancel)
    {
        try
        {
            await client.System.PingAsync(cancel).ConfigureAwait(false);
            return true;
        }
        catch (EngineException error) when (error.Error.IsTransient)
        {
            return false;
        }
    }

    private JsonObject Config(string group, EngineLabOptions options, string? subnet, LabCertificates? certificates)
    {
        var config = new JsonObject
        {
            ["data-root"] = Path.Combine(folder, "data"),
            ["exec-root"] = Path.Combine(folder, "exec"),
            ["pidfile"] = Path.Combine(folder, "dockerd.pid"),
            // The engine's id comes from this key; engines that share the machine's would be taken for one.
            ["deprecated-key-path"] = Path.Combine(folder, "key.json"),
            ["cgroup-parent"] = $"/{group}",
            ["exec-opts"] = new JsonArray("native.cgroupdriver=cgroupfs"),
            ["live-restore"] = options.LiveRestore,
            ["insecure-registries"] = new JsonArray([.. options.InsecureRegistries.Concat(subnet is null ? [] : [subnet]).Select(host => JsonValue.Create(host))]),
        };
        if (subnet is not null)
        {
            // The default is good for some thirty networks; every stack has one on each side.
            config["default-address-pools"] = new JsonArray(new JsonObject { ["base"] = options.ContainerPool ?? options.AddressPool.Base, ["size"] = options.AddressPool.Size });
        }

        if (options.BridgeAddress is { } bridge)
        {
            config["bip"] = bridge;
        }

        if (certificates is null)
        {
            config["tls"] = false;
            return config;
        }

        config["tlsverify"] = true;
        config["tlscacert"] = Write("ca.pem", certificates.CaPem);
        config["tlscert"] = Write("server.pem", certificates.ServerCertificatePem);
        config["tlskey"] = Write("server-key.pem", certificates.ServerKeyPem);
        return config;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
