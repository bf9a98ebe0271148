using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Lab;
using Portal.Lab.Load;

namespace Portal.Tests.Lab;

/// <summary>
/// A running portal on a free loopback port with a database and data directory of its own: in this process, where a test may look
/// inside and put other parts in; or the published program, which can be killed and serves static assets.
/// </summary>
public sealed class PortalLab : IAsyncDisposable
{
    public const string AdministratorPassword = "first-administrator-pass";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly UndoEntry[] undo;
    private readonly WebApplication? app;
    private readonly Dictionary<string, string?> settings;
    private LabProcess? process;

    private PortalLab(Dictionary<string, string?> settings, UndoEntry[] undo, WebApplication? app) => (this.settings, this.undo, this.app) = (settings, undo, app);

    /// <summary>Another one after a restart.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>For a second portal, or a look.</summary>
    public string Database => settings["Portal:ConnectionString"]!;

    public string DataDirectory => settings["Portal:DataDirectory"]!;

    /// <summary>Of the portal in this process.</summary>
    public IServiceProvider Services => app?.Services ?? throw new InvalidOperationException("The published portal cannot be looked into.");

    /// <summary>The published portal's program.</summary>
    public LabProcess Process => process ?? throw new InvalidOperationException("This portal runs in the test's process.");

    /// <param name="settings">Besides database, data directory, address and the administrator's password.</param>
    /// <param name="adjust">Last word on services.</param>
    public static async Task<PortalLab> StartAsync(IEnumerable<KeyValuePair<string, string?>>? settings = null, Action<WebApplicationBuilder>? adjust = null)
    {
        var (all, data, undo) = await SettingsAsync(settings, database: null);
        var app = PortalApp.Build(
            new WebApplicationOptions { ApplicationName = "Portal", EnvironmentName = "Production", ContentRootPath = data },
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(all);
                adjust?.Invoke(builder);
            });
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new PortalLab(all, undo, app) { Address = new Uri(address) };
    }

    /// <param name="database">A connection string, to start a second portal on the same database.</param>
    public static async Task<PortalLab> StartPublishedAsync(IEnumerable<KeyValuePair<string, string?>>? settings = null, string? database = null)
    {
        var (all, _, undo) = await SettingsAsync(settings, database);
        var portal = new PortalLab(all, undo, null);
        await portal.RunAsync();
        return portal;
    }

    /// <summary>SIGKILL to the published portal.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>The published portal again, on the same data and database; its address is a new one.</summary>
    public async Task RestartAsync()
    {
        if (!Process.HasExited)
        {
            await Process.StopAsync();
        }

        await Process.DisposeAsync();
        await RunAsync();
    }

    /// <summary>A browser without scripts: keeps cookies, follows no redirect by itself.</summary>
    public HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>A program with a token of this person's.</summary>
    public async Task<HttpClient> ProgramAsync(string user, string password)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await PortalCalls.TokenAsync(client, user, password));
        return client;
    }

    public Task<HttpClient> AdministratorAsync() => ProgramAsync("admin", AdministratorPassword);

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (process is not null)
        {
            await process.DisposeAsync();
        }

        foreach (var entry in undo.Reverse())
        {
            await entry.RunAsync();
        }
    }

    private async Task RunAsync()
    {
        var program = Path.Combine(await LabFixture.PublishedPortal, "Portal");
        process = LabProcess.Start(
            LabFixture.UndoLog,
            program,
            [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")],
            new LabProcessOptions(WorkingDirectory: Path.GetDirectoryName(program)));
        const string mark = "Now listening on: ";
        var line = await process.WaitForLineAsync(mark, StartLimit);
        Address = new Uri(line[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..].Trim());
    }

    private static async Task<(Dictionary<string, string?> Settings, string Data, UndoEntry[] Undo)> SettingsAsync(IEnumerable<KeyValuePair<string, string?>>? more, string? database)
    {
        var data = Path.Combine(Path.GetTempPath(), $"portal-lab-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        // The lab's hosts share this machine's memory.
        var secrets = $"/dev/shm/{Path.GetFileName(data)}";
        // The gateway outlives its portal on purpose.
        UndoEntry[] undo = [LabFixture.UndoLog.AddFolder(data), LabFixture.UndoLog.AddFolder(secrets), LabFixture.UndoLog.Add($"end_programs {UndoLog.Quote(data)} haproxy")];
        Directory.CreateDirectory(data);
        var all = new Dictionary<string, string?>
        {
            ["Urls"] = "http://127.0.0.1:0",
            ["Portal:DataDirectory"] = data,
            ["Portal:ConnectionString"] = database ?? await (await LabFixture.Database).CreateAsync(),
            ["Portal:Deployments:SecretsFolder"] = secrets,
            ["Portal:Gateway:Listen"] = $"127.0.0.1:{LoopbackPort.Free()}",
            ["Portal:FirstAdministratorPassword"] = AdministratorPassword,
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        };
        foreach (var (key, value) in more ?? [])
        {
            all[key] = value;
        }

        return (all, data, undo);
    }
}
