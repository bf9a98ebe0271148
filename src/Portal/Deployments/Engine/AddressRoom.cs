using System.Net;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>How many networks an engine can still make by itself. Pure.</summary>
/// <param name="All">As many as its pools hold.</param>
internal readonly record struct AddressRoom(int All, int Left)
{
    private const int Few = 4;

    // What an engine has that was told nothing: fifteen of /16 and sixteen of /20.
    private static readonly IReadOnlyList<EngineAddressPool> Usual =
        [.. Enumerable.Range(17, 15).Select(part => new EngineAddressPool($"172.{part}.0.0/16", 16)), new EngineAddressPool("192.168.0.0/16", 20)];

    public bool IsScarce => Left <= Math.Max(Few, All / 10);

    public static AddressRoom Of(IReadOnlyList<EngineAddressPool> pools, IEnumerable<NetworkDetails> networks)
    {
        var known = (pools.Count == 0 ? Usual : pools)
            .Select(pool => (Range: IPNetwork.TryParse(pool.Base, out var range) ? range : (IPNetwork?)null, pool.Size))
            .Where(pool => pool.Range is { BaseAddress.AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } range && pool.Size >= range.PrefixLength)
            .Select(pool => (Range: pool.Range!.Value, pool.Size)).ToList();
        var all = known.Sum(pool => 1L << Math.Min(30, pool.Size - pool.Range.PrefixLength));
        var taken = networks.SelectMany(network => network.Subnets).Select(subnet => IPNetwork.TryParse(subnet.Subnet, out var range) ? range : (IPNetwork?)null).OfType<IPNetwork>()
            .Sum(subnet => known.Where(pool => pool.Range.Contains(subnet.BaseAddress)).Select(pool => 1L << Math.Clamp(pool.Size - subnet.PrefixLength, 0, 30)).FirstOrDefault());
        return new AddressRoom((int)Math.Min(int.MaxValue, all), (int)Math.Clamp(all - taken, 0, int.MaxValue));
    }

    public static bool Overlap(string? one, string? other) =>
        IPNetwork.TryParse(one, out var left) && IPNetwork.TryParse(other, out var right) && (left.Contains(right.BaseAddress) || right.Contains(left.BaseAddress));
}
