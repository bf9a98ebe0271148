using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Lab.Load;

/// <summary>
/// The cheapest web server to be had: an HAProxy that answers every request itself, always the same. One process can play several
/// versions, each on its own port.
/// </summary>
public sealed partial class BareBackend : IAsyncDisposable
{
    private readonly string directory;
    private readonly Process process;

    private BareBackend(string directory, Process process, IReadOnlyDictionary<string, int> ports) =>
        (this.directory, this.process, Ports) = (directory, process, ports);

    /// <summary>Version → port on 127.0.0.1. Answers carry the version in X-Version and as their body.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; }

    public IPEndPoint EndPoint(string version) => new(IPAddress.Loopback, Ports[version]);

    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    public static async Task<BareBackend> StartAsync(IEnumerable<string> versions, CancellationToken cancellation = default)
    {
        var names = versions.ToArray();
        if (names.FirstOrDefault(name => !VersionPattern().IsMatch(name)) is { } odd)
            throw new ArgumentException($"'{odd}' is not allowed as a version.", nameof(versions));
        var ports = names.ToDictionary(name => name, _ => LoopbackPort.Free(), StringComparer.Ordinal);
        var directory = Directory.CreateTempSubdirectory("bare").FullName;
        var config = Path.Combine(directory, "bare.cfg");
        await File.WriteAllTextAsync(config, Config(ports), cancellation);
        var process = Start(config);
        var backend = new BareBackend(directory, process, ports);
        try
        {
            foreach (var port in ports.Values)
                await AwaitPortAsync(process, port, cancellation);
            return backend;
        }
        catch
        {
            await backend.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static string Config(IReadOnlyDictionary<string, int> ports)
    {
        var text = new StringBuilder("""
            global
              noreuseport
              maxconn 4000
            defaults
              mode http
              timeout client 60s
              timeout server 60s
              timeout connect 5s

            """);
        foreach (var (version, port) in ports)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"""
                frontend {version}
                  bind 127.0.0.1:{port}
                  http-request return status 200 content-type text/plain string {version} hdr X-Version {version}

                """);
        }
        return text.ToString();
    }

    private static Process Start(string config)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("haproxy", ["-db", "-q", "-f", config]))
                ?? throw new InvalidOperationException("haproxy did not start.");
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"haproxy cannot be started: {error.Message}", error);
        }
    }

    private static async Task AwaitPortAsync(Process process, int port, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(15));
        while (true)
        {
            if (process.HasExited)
                throw new InvalidOperationException($"haproxy ended with {process.ExitCode} before it listened on {port}.");
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), deadline.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), deadline.Token);
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z")]
    private static partial Regex VersionPattern();
}
