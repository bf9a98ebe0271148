namespace Portal.Lab;

/// <summary>What an engine in our own namespace will change and what to put back.</summary>
internal sealed record HostFirewall(string ForwardPolicy, string Forwarding)
{
    /// <exception cref="InvalidOperationException">An engine's chains are there: putting things back would harm it.</exception>
    public static async Task<HostFirewall> ReadAsync(CancellationToken cancel)
    {
        var rules = await Shell.RunAsync("iptables", ["-w", "-S"], cancel).ConfigureAwait(false);
        var lines = rules.Split('\n');
        if (lines.Any(line => line.StartsWith("-N DOCKER", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("This machine already has the firewall chains of a Docker engine; use that engine, or remove them.");
        }

        var policy = lines.FirstOrDefault(line => line.StartsWith("-P FORWARD ", StringComparison.Ordinal))?.Split(' ')[2] ?? "ACCEPT";
        var forwarding = await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_forward", cancel).ConfigureAwait(false);
        return new HostFirewall(policy, forwarding.Trim());
    }
}
