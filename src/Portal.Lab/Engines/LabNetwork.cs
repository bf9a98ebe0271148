using System.Net;
using System.Security.Cryptography;

namespace Portal.Lab;

/// <summary>A bridge with a private /24 that nobody else uses; engines of one lab hang on it and reach each other and us.</summary>
public sealed class LabNetwork : IAsyncDisposable
{
    private const int Attempts = 50;
    private const int FirstHost = 2;
    private const int LastHost = 250;

    private readonly List<UndoEntry> undo;
    private int nextHost = FirstHost;

    private LabNetwork(int second, int third, List<UndoEntry> undo)
    {
        (Second, Third) = (second, third);
        this.undo = undo;
    }

    internal int Second { get; }

    internal int Third { get; }

    public string Bridge => $"plab-{Second}-{Third}";

    /// <summary>
    /// Without one of its own a bridge takes over the lowest of its ports': as engines come and go it changes, and for half a minute the
    /// others send to an address that nobody has.
    /// </summary>
    private string HardwareAddress => $"02:70:0a:{Second:x2}:{Third:x2}:01";

    /// <summary>Our side of the bridge: where a registry or a gateway listens so that engines reach it.</summary>
    public IPAddress Gateway => AddressOf(1);

    /// <summary>Such as <c>10.70.3.0/24</c>.</summary>
    public string Subnet => $"10.{Second}.{Third}.0/24";

    public static async Task<LabNetwork> CreateAsync(UndoLog log, CancellationToken cancel = default)
    {
        var taken = await TakenAsync(cancel).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var network = new LabNetwork(RandomNumberGenerator.GetInt32(64, 128), RandomNumberGenerator.GetInt32(0, 256), []);
            if (taken.Any(other => other.Contains(network.Gateway)))
            {
                continue;
            }

            try
            {
                // The bridge's name says which subnet it is: two labs that choose the same one collide here, at once.
                await Shell.RunAsync("ip", ["link", "add", network.Bridge, "address", network.HardwareAddress, "type", "bridge"], cancel).ConfigureAwait(false);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                continue;
            }

            await network.SetUpAsync(log, cancel).ConfigureAwait(false);
            return network;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entry in Enumerable.Reverse(undo))
        {
            await entry.RunAsync().ConfigureAwait(false);
        }
    }

    internal IPAddress AddressOf(int host) => new([10, (byte)Second, (byte)Third, (byte)host]);

    internal int TakeHost()
    {
        var host = Interlocked.Increment(ref nextHost) - 1;
        return host <= LastHost ? host : throw new InvalidOperationException("The lab's network is full.");
    }

    private async Task SetUpAsync(UndoLog log, CancellationToken cancel)
    {
        undo.Add(log.Add($"remove_link {Bridge}"));
        await Shell.RunAsync("ip", ["address", "add", $"{Gateway}/24", "dev", Bridge], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["link", "set", Bridge, "up"], cancel).ConfigureAwait(false);
        foreach (var direction in new[] { "-i", "-o" })
        {
            // An engine in our own namespace drops what is forwarded, and bridged frames count as forwarded.
            undo.Add(log.Add($"remove_rule {direction} {Bridge} -j ACCEPT"));
            await Shell.RunAsync("iptables", ["-w", "-I", "FORWARD", direction, Bridge, "-j", "ACCEPT"], cancel).ConfigureAwait(false);
        }
    }

    private static async Task<List<IPNetwork>> TakenAsync(CancellationToken cancel)
    {
        var routes = await Shell.RunAsync("ip", ["-o", "-4", "route", "show", "table", "all"], cancel).ConfigureAwait(false);
        return [.. routes.Split('\n')
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2))
            .Where(word => word.Contains('/', StringComparison.Ordinal))
            .Select(word => IPNetwork.TryParse(word, out var network) ? network : (IPNetwork?)null)
            .OfType<IPNetwork>()];
    }
}
