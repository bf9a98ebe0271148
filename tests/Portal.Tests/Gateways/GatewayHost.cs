using System.Globalization;
using System.Net;
using Portal.HAProxy;
using Portal.Lab;
using Portal.Lab.Load;
using Portal.Tests.Lab;

namespace Portal.Tests.Gateways;

/// <summary>Another machine's gateway, as its supervisor runs it: HAProxy on a folder that somebody else writes.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly string name;
    private readonly string folder = Directory.CreateTempSubdirectory("gh").FullName;
    private LabProcess? running;

    /// <param name="tcp">Its runtime API is reached by ports and not by sockets in its folder.</param>
    public GatewayHost(string name, bool tcp)
    {
        this.name = name;
        (Admin, Master) = tcp
            ? ($"127.0.0.1:{LoopbackPort.Free()}", $"127.0.0.1:{LoopbackPort.Free()}")
            : (Path.Combine(folder, "admin.sock"), Path.Combine(folder, "master.sock"));
        Process = HAProxyProcess.Elsewhere(folder, Admin, Admin, Master, "haproxy", TimeSpan.FromSeconds(5));
        Listen = new([Address], Admin, Master) { Health = Health };
    }

    public string Admin { get; }

    public string Master { get; }

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, LoopbackPort.Free());

    public IPEndPoint Health { get; } = new(IPAddress.Loopback, LoopbackPort.Free());

    public HAProxyProcess Process { get; }

    public GatewayListen Listen { get; }

    /// <summary>Group → where it says that is live, on disk.</summary>
    public string LiveFile => File.ReadAllText(Path.Combine(folder, GatewayFiles.LiveName));

    /// <summary>An entry of <c>Portal:Gateway:Others</c>.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings(int index) =>
        new (string Key, string Value)[] { ("Name", name), ("Folder", folder), ("Admin", Admin), ("Master", Master), ("Listen", Address.ToString()), ("Health", Health.ToString()) }
            .Select(setting => KeyValuePair.Create<string, string?>($"Portal:Gateway:Others:{index}:{setting.Key}", setting.Value));

    /// <summary>Once its files are there; until it runs. One that does is left alone.</summary>
    public async Task StartAsync()
    {
        if (running is not null)
        {
            return;
        }

        var config = Path.Combine(folder, GatewayFiles.ConfigName);
        await Eventually.SeesAsync("a configuration", () => Task.FromResult(File.Exists(config)), there => there);
        running = LabProcess.Start(LabFixture.UndoLog, "haproxy", ["-W", "-S", Master, "-f", config]);
        // Its worker serves before its master says so.
        await running.WaitForAsync("an answer", Process.FindAsync, StartLimit);
    }

    /// <summary>SIGKILL to master and workers.</summary>
    public async Task KillAsync()
    {
        var master = running!.Pid.ToString(CultureInfo.InvariantCulture);
        var workers = (await File.ReadAllTextAsync($"/proc/{master}/task/{master}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await Shell.RunAsync("kill", ["-KILL", master, .. workers]);
        await running.WaitUntilExitAsync(StartLimit);
        await running.DisposeAsync();
        running = null;
    }

    /// <returns>200: it may take traffic.</returns>
    public Task<HttpStatusCode> ReadyAsync() => StatusAsync(Health, GatewayReadiness.ReadyPath);

    /// <returns>0: nobody answers.</returns>
    public static async Task<HttpStatusCode> StatusAsync(IPEndPoint address, string path)
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync($"http://{address}{path}");
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public async Task<string> BodyAsync(string host)
    {
        using var answer = await AskAsync(host);
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<string?> VersionAsync(string host)
    {
        using var answer = await AskAsync(host);
        return answer.Headers.TryGetValues("X-Version", out var values) ? values.Single() : $"{answer.StatusCode}";
    }

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<HttpResponseMessage> AskAsync(string host)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Address}/") { Headers = { Host = host } };
        return await client.SendAsync(request);
    }
}
