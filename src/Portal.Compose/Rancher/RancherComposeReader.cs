using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>Reads rancher-compose.yml and lays it over the services of the Compose text.</summary>
internal sealed class RancherComposeReader(ReadContext context)
{
    private readonly FileFindings findings = context.Rancher;

    public IReadOnlyDictionary<string, Func<ServiceSpec, ServiceSpec>> Read(IReadOnlySet<string> services)
    {
        var changes = new Dictionary<string, Func<ServiceSpec, ServiceSpec>>(StringComparer.Ordinal);
        if (context.Source.Rancher is not { } text || string.IsNullOrWhiteSpace(text) || YamlLoader.Load(text, findings) is not { } root)
        {
            return changes;
        }

        if (root is not MapNode document)
        {
            findings.Unreadable(root.Line, root.Column, "is no mapping");
            return changes;
        }

        foreach (var (entry, path) in Services(document))
        {
            if (!services.Contains(entry.Name))
            {
                findings.Refuse(entry.Key, path, $"there is no service '{KeyPath.Clip(entry.Name)}' in {context.Source.FileName}");
            }
            else if (entry.Value is MapNode map)
            {
                changes[entry.Name] = Change(new MapReader(map, path, "rancher.service", findings));
            }
            else if (entry.Value is not TextNode { IsNull: true })
            {
                findings.Refuse(entry.Key, path, ShapeRules.Complaint(entry.Value, Shapes.Map));
            }
        }

        return changes;
    }

    // Version 2 has them under services, version 1 beside everything else. Descriptions and defaults of questions may hold
    // a '$' of their own, so only services are filled in.
    private IEnumerable<(MapEntry Entry, KeyPath Path)> Services(MapNode document)
    {
        var interpolator = new Interpolator(context.Variables, findings);
        if (document.Find("services") is { } section)
        {
            _ = new MapReader(document, KeyPath.Root, "rancher", findings);
            var path = KeyPath.Root.Key("services");
            return interpolator.Fill(section.Value, path) is MapNode map ? map.Entries.Select(e => (e, path.Key(e.Name))) : [];
        }

        return document.Entries
            .Where(e => e.Name is not ("version" or "catalog" or ".catalog") && !ComposeNames.IsExtension(e.Name))
            .Select(e => (e with { Value = interpolator.Fill(e.Value, KeyPath.Root.Key(e.Name)) }, KeyPath.Root.Key(e.Name)));
    }

    private static Func<ServiceSpec, ServiceSpec> Change(MapReader service)
    {
        var scale = service.Count("scale", 0, 1000);
        var probe = service.Map("health_check") is { } check ? Probe(check) : null;
        var strategy = service.Map("upgrade_strategy");
        var startFirst = strategy?.Flag("start_first");
        var batch = strategy?.Count("batch_size", 1, 1000);
        var interval = strategy?.Count("interval_millis", 0, int.MaxValue) ?? strategy?.Count("interval", 0, int.MaxValue);
        if (service.Flag("start_on_create") == false)
        {
            service.Ignore("start_on_create", "a service of a stack is started; scale it to 0 to keep it down");
        }

        return spec => spec with
        {
            Replicas = scale ?? spec.Replicas,
            HealthProbe = probe ?? spec.HealthProbe,
            Update = spec.Update with
            {
                Order = startFirst switch { true => UpdateOrder.StartFirst, false => UpdateOrder.StopFirst, null => spec.Update.Order },
                Parallelism = batch ?? spec.Update.Parallelism,
                Delay = interval is { } ms ? TimeSpan.FromMilliseconds(ms) : spec.Update.Delay,
            },
        };
    }

    private static HealthProbe? Probe(MapReader check)
    {
        if (check.Count("port", 1, 65535) is not { } port)
        {
            if (!check.Has("port"))
            {
                check.Refuse("port", "must name the port to look at");
            }

            return null;
        }

        var words = (check.Text("request_line") ?? "").Replace("\"", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 0 && (words.Length is < 2 or > 3 || words[0] is not ("GET" or "HEAD" or "OPTIONS") || !words[1].StartsWith('/')))
        {
            check.Refuse("request_line", $"'{KeyPath.Clip(string.Join(' ', words))}' must be a method (GET, HEAD, OPTIONS), a path and a version");
            return null;
        }

        if (words is [not "GET", ..])
        {
            check.Ignore("request_line", $"the portal probes with GET, not with {words[0]}");
        }

        return new HealthProbe(
            words.Length > 0 ? ProbeKind.Http : ProbeKind.Tcp,
            port,
            words.Length > 0 ? words[1] : null,
            Time("interval", 2000),
            Time("response_timeout", 2000),
            check.Count("healthy_threshold", 1, 1000) ?? 2,
            check.Count("unhealthy_threshold", 1, 1000) ?? 3,
            Time("initializing_timeout", 60_000))
        {
            Method = words.Length > 0 ? words[0] : "GET",
        };

        TimeSpan Time(string key, int otherwise) => TimeSpan.FromMilliseconds(check.Count(key, 1, 86_400_000) ?? otherwise);
    }
}
