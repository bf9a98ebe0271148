using System.Globalization;
using System.Net;

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
    }

    /// <summary>Runs a command there under a host name of its own. Not with <c>ip netns exec</c>, which hides the control groups.</summary>
    public string[] Enter(string hostName) =>
        ["nsenter", $"--net=/run/netns/{Name}", "unshare", "--uts", "bash", "-c", "hostname \"$0\"; exec \"$@\"", hostName];
}
