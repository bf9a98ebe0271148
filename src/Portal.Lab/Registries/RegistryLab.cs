using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Docker;

namespace Portal.Lab;

/// <summary>Debian's docker-registry, a real one, over plain HTTP.</summary>
public sealed class RegistryLab : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly UndoLog log;
    private readonly UndoEntry undo;
    private readonly RegistryLabOptions options;
    private readonly string folder;
    private LabProcess? process;

    private RegistryLab(UndoLog log, UndoEntry undo, RegistryLabOptions options, string folder)
    {
        (this.log, this.undo, this.options, this.folder) = (log, undo, options, folder);
    }

    /// <summary>Address and port, as the first part of an image's name.</summary>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"{options.Address}:{Port}");

    public int Port { get; private set; }

    public Uri Address => new($"http://{Host}");

    public RegistryCredentials? Credentials =>
        options.Account is var (userName, password) ? new RegistryCredentials(userName, password, Host) : null;

    public static async Task<RegistryLab> StartAsync(UndoLog log, RegistryLabOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new RegistryLabOptions();
        var folder = options.DataRoot
            ?? Path.Combine(Path.GetTempPath(), $"portal-lab-registry-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        var registry = new RegistryLab(log, log.AddFolder(folder), options, folder);
        Directory.CreateDirectory(folder);
        if (options.Tokens is { } tokens)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "issuer.pem"), tokens.CertificatePem, cancel).ConfigureAwait(false);
        }
        else if (options.Account is var (userName, password))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "htpasswd"), PasswordFile.Line(userName, password), cancel).ConfigureAwait(false);
        }

        await registry.RunAsync(cancel).ConfigureAwait(false);
        return registry;
    }

    /// <summary>An image of this registry: <c>team/web:1</c> becomes <c>HOST/team/web:1</c>.</summary>
    public ImageReference Reference(string repositoryAndTag) => ImageReference.Parse($"{Host}/{repositoryAndTag}");

    public Task KillAsync() => process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Again on the same port and data, stopping it first where it runs.</summary>
    public async Task RestartAsync(CancellationToken cancel = default)
    {
        if (process is { HasExited: false })
        {
            await process.StopAsync().ConfigureAwait(false);
        }

        await RunAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await process.StopAsync().ConfigureAwait(false);
        }

        await undo.RunAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var config = Path.Combine(folder, "config.yml");
        var output = Path.Combine(folder, "registry.log");
        File.Delete(output);
        await File.WriteAllTextAsync(config, Config(), cancel).ConfigureAwait(false);
        process = LabProcess.Start(log, "docker-registry", ["serve", config], new LabProcessOptions(output));
        const string Marker = "listening on ";
        var line = await process.WaitForLineAsync(Marker, StartLimit, cancel).ConfigureAwait(false);
        var address = line[(line.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)..].Split('"', ' ')[0];
        Port = int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
    }

    private string Config()
    {
        var text = new StringBuilder($"""
            version: 0.1
            log: {"{"}level: info, accesslog: {"{"}disabled: true{"}"}{"}"}
            storage:
              filesystem: {"{"}rootdirectory: {folder}/data{"}"}
              delete: {"{"}enabled: true{"}"}
            http:
              addr: {options.Address}:{Port}
              secret: {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}

            """);
        if (options.Tokens is { } tokens)
        {
            text.Append(CultureInfo.InvariantCulture, $"auth: {{token: {{realm: \"{tokens.Realm}\", service: {tokens.Service}, issuer: {tokens.Issuer}, rootcertbundle: {folder}/issuer.pem}}}}\n");
        }
        else if (options.Account is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"auth: {{htpasswd: {{realm: lab, path: {folder}/htpasswd}}}}\n");
        }

        if (options.Notify is { } notify)
        {
            text.Append(CultureInfo.InvariantCulture, $"notifications:\n  endpoints:\n  - name: lab\n    url: {notify}\n    timeout: 2s\n    threshold: 5\n    backoff: 1s\n");
            text.Append(options.NotifyHeaders.Count == 0 ? "" : "    headers:\n");
            foreach (var (name, value) in options.NotifyHeaders)
            {
                text.Append(CultureInfo.InvariantCulture, $"      {name}: [\"{value}\"]\n");
            }
        }

        return text.ToString();
    }
}
