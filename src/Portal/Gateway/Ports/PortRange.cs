using System.Globalization;
using System.Net;

namespace Portal.Gateway.Ports;

/// <summary>Both ends are in it.</summary>
public sealed record PortRange(int First, int Last)
{
    public bool Holds(int port) => port >= First && port <= Last;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First} to {Last}");

    /// <param name="text"><c>20000-20099</c></param>
    /// <returns>Null: it is no such range.</returns>
    public static PortRange? TryParse(string text) =>
        text.Split('-', StringSplitOptions.TrimEntries) is [var from, var to]
        && int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
        && first >= 1 && first <= last && last <= IPEndPoint.MaxPort
            ? new PortRange(first, last)
            : null;
}
