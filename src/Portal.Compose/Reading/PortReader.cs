using System.Collections.Immutable;
using System.Net;

namespace Portal.Compose;

/// <summary>ports and expose, in the short and the long form.</summary>
internal sealed class PortReader(ReadContext context)
{
    private readonly FileFindings findings = context.Compose;

    public ImmutableArray<PortSpec> Ports(MapReader service)
    {
        var ports = new List<PortSpec>();
        foreach (var (node, path) in service.Items("ports"))
        {
            if (node is MapNode map)
            {
                Long(new MapReader(map, path, "service.ports", findings), ports);
            }
            else if (MapReader.ScalarText(node, path, Shapes.Text | Shapes.Integer, findings) is { } text)
            {
                Short(text, node, path, ports);
            }
        }

        foreach (var twice in ports.Where(p => p.Published is not null).GroupBy(p => (p.Published, p.HostIp, p.Protocol)).Where(g => g.Count() > 1))
        {
            findings.Refuse(twice.Last().Line, 1, service.At("ports"), $"the host's port {twice.Key.Published}/{twice.Key.Protocol} is asked for twice");
        }

        return [.. ports.Distinct()];
    }

    public ImmutableArray<ExposedPort> Expose(MapReader service)
    {
        var exposed = new List<ExposedPort>();
        foreach (var (node, path) in service.Items("expose"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text | Shapes.Integer, findings) is not { } text)
            {
                continue;
            }

            var (range, protocol) = CutProtocol(text);
            if (Range(range) is { } ports && protocol is not null)
            {
                if (!context.MayTakePorts(ports.Last - ports.First + 1))
                {
                    findings.Refuse(node, path, $"more than {ComposeLimits.Ports} ports in one stack");
                    break;
                }

                exposed.AddRange(Enumerable.Range(ports.First, ports.Last - ports.First + 1).Select(p => new ExposedPort(p, protocol)));
            }
            else
            {
                findings.Refuse(node, path, $"'{KeyPath.Clip(text)}' is no port of a container");
            }
        }

        return [.. exposed.Distinct().OrderBy(e => e.Port).ThenBy(e => e.Protocol, StringComparer.Ordinal)];
    }

    // [[IP:][PUBLISHED]:]TARGET[/PROTOCOL], each port also as a range
    private void Short(string text, Node node, KeyPath path, List<PortSpec> ports)
    {
        var (rest, protocol) = CutProtocol(text);
        var targetCut = rest.LastIndexOf(':');
        var target = Range(rest[(targetCut + 1)..]);
        PortRange? published = null;
        string? ip = null;
        var good = target is not null && protocol is not null;
        if (targetCut >= 0)
        {
            var host = rest[..targetCut];
            var hostCut = host.LastIndexOf(':');
            ip = hostCut >= 0 ? host[..hostCut].Trim('[', ']') : null;
            var publishedText = host[(hostCut + 1)..];
            published = publishedText.Length == 0 ? null : Range(publishedText);
            good &= publishedText.Length == 0 ? ip is not null : published is not null;
            good &= ip is null || IPAddress.TryParse(ip, out _);
        }

        if (!good)
        {
            findings.Refuse(node, path, $"'{KeyPath.Clip(text)}' is no port mapping, as [IP:][PUBLISHED:]TARGET[/PROTOCOL]");
        }
        else
        {
            Add(target!.Value, published, ip, protocol!, null, null, node, path, ports);
        }
    }

    private void Long(MapReader port, List<PortSpec> ports)
    {
        var protocol = port.OneOf("protocol", ("tcp", 0), ("udp", 1), ("sctp", 2)) switch { 1 => "udp", 2 => "sctp", _ => "tcp" };
        var ip = port.Text("host_ip");
        if (ip is not null && !IPAddress.TryParse(ip, out _))
        {
            port.Refuse("host_ip", $"'{KeyPath.Clip(ip)}' is no address");
        }

        PortRange? published = null;
        if (port.Text("published") is { Length: > 0 } text)
        {
            published = Range(text);
            if (published is null)
            {
                port.Refuse("published", $"'{KeyPath.Clip(text)}' is no port");
            }
        }

        if (port.Text("target") is not { } targetText || Range(targetText) is not { } target)
        {
            port.Refuse("target", "must be a port of the container");
            return;
        }

        Add(target, published, ip, protocol, port.Text("name"), port.Text("app_protocol"), port.Node, port.Path, ports);
    }

    private void Add(PortRange target, PortRange? published, string? ip, string protocol, string? name, string? appProtocol, Node node, KeyPath path, List<PortSpec> ports)
    {
        if (!context.MayTakePorts(target.Last - target.First + 1))
        {
            findings.Refuse(node, path, $"more than {ComposeLimits.Ports} ports in one stack");
            return;
        }

        if (published is { } range)
        {
            if (range.Last - range.First != target.Last - target.First)
            {
                findings.Refuse(node, path, target.First == target.Last
                    ? $"the portal picks no port out of a range; name one of {range}"
                    : $"{range} and {target} are not of one length");
                return;
            }

            if (RefusedByPolicy(range) is { } port)
            {
                var allowed = context.Policy.AllowedHostPorts is { IsEmpty: false } some ? string.Join(", ", some) : "none";
                findings.Refuse(node, path, $"the host's port {port} is not among those allowed ({allowed}); a Route makes a port of the container public");
                return;
            }
        }
        else
        {
            findings.Ignore(node, path, "no port of the host is named, so none is taken; a Route makes a port of the container public");
        }

        for (var i = 0; i <= target.Last - target.First; i++)
        {
            ports.Add(new PortSpec(target.First + i, published?.First + i, ip, protocol, name, appProtocol, node.Line));
        }
    }

    private int? RefusedByPolicy(PortRange range)
    {
        for (var port = range.First; port <= range.Last; port++)
        {
            if (!context.Policy.AllowedHostPorts.Any(a => a.Contains(port)))
            {
                return port;
            }
        }

        return null;
    }

    private static (string Ports, string? Protocol) CutProtocol(string text)
    {
        var cut = text.IndexOf('/', StringComparison.Ordinal);
        if (cut < 0)
        {
            return (text, "tcp");
        }

        var protocol = text[(cut + 1)..].ToLowerInvariant();
        return (text[..cut], protocol is "tcp" or "udp" or "sctp" ? protocol : null);
    }

    private static PortRange? Range(string text)
    {
        var cut = text.IndexOf('-', StringComparison.Ordinal);
        var first = Port(cut < 0 ? text : text[..cut]);
        var last = cut < 0 ? first : Port(text[(cut + 1)..]);
        return first is { } f && last is { } l && f <= l && l - f < ComposeLimits.PortsOfOneEntry ? new PortRange(f, l) : null;
    }

    private static int? Port(string text) =>
        text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit) && Units.Whole(text) is { } port and >= 1 and <= 65535 ? (int)port : null;
}
