using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What a service's labels say, apart from being labels.</summary>
/// <param name="Own">those that the container gets</param>
internal sealed record LabelMeaning(
    ImmutableSortedDictionary<string, string> Own, HealthProbe? Probe, IReadOnlyList<SecretLabel> Secrets, ImmutableArray<string> Sidekicks, bool Global, bool StartOnce, bool PullAlways);

/// <param name="Variable">that the container gets the secret's value in</param>
/// <param name="Source">key under <c>secrets:</c></param>
internal sealed record SecretLabel(string Variable, string Source, Node Spot, KeyPath Path);

/// <summary>Sorts a service's labels into those for the container, those of Rancher's that mean something, and the portal's own.</summary>
internal sealed class LabelReader(ReadContext context, MapReader service)
{
    private const string SecretPrefix = "portal.secret.";

    private readonly Dictionary<string, (string Value, Node Spot, KeyPath Path)> probe = new(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<string, string>.Builder own = ServiceSpec.NoPairs.ToBuilder();
    private readonly List<SecretLabel> secrets = [];
    private ImmutableArray<string> sidekicks = [];
    private bool global;
    private bool startOnce;
    private bool pullAlways;

    public LabelMeaning Read()
    {
        var fromFiles = new SortedDictionary<string, string>(StringComparer.Ordinal);
        new EnvironmentReader(context).LabelFiles(service, fromFiles);
        foreach (var (name, value) in fromFiles)
        {
            Take(name, value, service.Spot("label_file"), service.At("label_file").Key(name));
        }

        foreach (var (name, value, spot, path) in service.Pairs("labels"))
        {
            Take(name, value ?? "", spot, path);
        }

        return new LabelMeaning(own.ToImmutable(), HealthReader.Probe(probe, service.Findings), secrets, sidekicks, global, startOnce, pullAlways);
    }

    private void Take(string name, string value, Node spot, KeyPath path)
    {
        if (name.Length == 0)
        {
            service.Findings.Refuse(spot, path, "a label must have a name");
        }
        else if (RancherWords.ProbeLabels.Contains(name))
        {
            probe[name] = (value, spot, path);
        }
        else if (RancherWords.RouteLabels.Contains(name))
        {
            own[name] = value;
        }
        else if (name.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            secrets.Add(new SecretLabel(name[SecretPrefix.Length..], value.Trim(), spot, path));
        }
        else if (name.StartsWith("portal.", StringComparison.OrdinalIgnoreCase))
        {
            service.Findings.Refuse(spot, path, "labels that begin with portal. are the portal's own, but for portal.health, portal.route, portal.secret and what goes with them");
        }
        else if (name.StartsWith("com.docker.compose.", StringComparison.OrdinalIgnoreCase))
        {
            service.Findings.Ignore(spot, path, "labels that begin with com.docker.compose. tell whose a container is, and this one is the portal's");
        }
        else if (name.StartsWith("io.rancher.", StringComparison.Ordinal))
        {
            TakeRancher(name, value.Trim(), spot, path);
        }
        else
        {
            own[name] = value;
        }
    }

    private void TakeRancher(string name, string value, Node spot, KeyPath path)
    {
        switch (name)
        {
            case "io.rancher.sidekicks":
                sidekicks = [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
                break;
            case "io.rancher.scheduler.global":
                global = Flag(value, spot, path);
                break;
            case "io.rancher.container.start_once":
                startOnce = Flag(value, spot, path);
                break;
            case "io.rancher.container.pull_image" when value == "always":
                pullAlways = true;
                break;
            default:
                service.Findings.Ignore(spot, path, RancherWords.WhyIgnored(name));
                break;
        }
    }

    private bool Flag(string value, Node spot, KeyPath path)
    {
        var flag = Units.Flag(value);
        if (flag is null)
        {
            service.Findings.Refuse(spot, path, $"'{KeyPath.Clip(value)}' must be true or false");
        }

        return flag ?? false;
    }
}
