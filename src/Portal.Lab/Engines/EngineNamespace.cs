using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Portal.Lab;

/// <summary>A host on the lab's network: a network namespace with one leg on the bridge.</summary>
internal sealed class EngineNamespace(LabNetwork network, int host)
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{network.Bridge}-{host}");

    /// <summary>The bridge's end of the cable. An interface's name has at most 15 letters.</summary>
    public string Link => string.Create(CultureInfo.InvariantCulture, $"plv-{network.Second}-{network.Third}-{host}");

    public IPAddress Address => network.AddressOf(host);

    public async Task CreateAsync(CancellationToken cancel)
    {
        await Shell.RunAsync("ip", ["netns", "add", Name], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["link", "add", Link, "type", "veth", "peer", "name", "eth0", "netns", Name], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["link", "set", Link, "master", network.Bridge, "up"], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["-n", Name, "link", "set", "lo", "up"], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["-n", Name, "address", "add", $"{Address}/24", "dev", "eth0"], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["-n", Name, "link", "set", "eth0", "up"], cancel).ConfigureAwait(false);
        await Shell.RunAsync("ip", ["-n", Name, "route", "add", "default", "via", network.Gateway.ToString()], cancel).ConfigureAwait(false);
        foreach (var server in await NameServersAsync(cancel).ConfigureAwait(false))
        {
            // Nobody answers there. An engine waits for that, and everybody else for the engine, which looks names up with its list of registries locked.
            await Shell.RunAsync("ip", ["-n", Name, "route", "add", "unreachable", server.ToString()], cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a command there under a host name of its own. Not with <c>ip netns exec</c>, which hides the control groups.</summary>
    public string[] Enter(string hostName) =>
        ["nsenter", $"--net=/run/netns/{Name}", "unshare", "--uts", "bash", "-c", "hostname \"$0\"; exec \"$@\"", hostName];

    private static async Task<IReadOnlyList<IPAddress>> NameServersAsync(CancellationToken cancel)
    {
        const string file = "/etc/resolv.conf";
        return File.Exists(file)
            ? [.. (await File.ReadAllLinesAsync(file, cancel).ConfigureAwait(false))
                .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is ["nameserver", ..])
                .Select(words => IPAddress.TryParse(words.ElementAtOrDefault(1), out var address) ? address : IPAddress.None)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.None))
                .Distinct()]
            : [];
    }
}
