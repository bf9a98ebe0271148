using System.Net;
using System.Text.RegularExpressions;
using Portal.HAProxy;

namespace Portal.Gateway;

/// <summary>An entry of <c>Portal:Gateway:Others</c>: a gateway that its own machine starts, and that this portal writes the files of and drives.</summary>
public sealed class OtherGateway
{
    public string Name { get; set; } = "";

    /// <summary>Its configuration's folder as this machine sees it: a local one, or that machine's own disk mounted here.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Where its runtime API is reached from here: a Unix socket's path, or an IP address with a port.</summary>
    public string Admin { get; set; } = "";

    /// <summary>The same as its own machine sees it, where a tunnel lies between.</summary>
    public string AdminListen { get; set; } = "";

    /// <summary>Where its master process is reached from here.</summary>
    public string Master { get; set; } = "";

    /// <summary>As the first gateway's, where it says nothing else.</summary>
    public string Listen { get; set; } = "";

    public string ListenHttps { get; set; } = "";

    /// <summary>Address and port where it says whether it may take traffic.</summary>
    public string Health { get; set; } = "";

    internal string AdminAsItSeesIt => AdminListen.Length > 0 ? AdminListen : Admin;
}

/// <summary>What several gateways must satisfy, told all at once at the start.</summary>
internal static partial class GatewayRules
{
    public static IEnumerable<string> Problems(GatewayOptions options)
    {
        const string section = "Portal:Gateway";
        foreach (var problem in Health(section, options.Health, options.Listen, options.ListenHttps))
        {
            yield return problem;
        }

        if (options.Others.Count == 0)
        {
            yield break;
        }

        if (options.Health.Length == 0)
        {
            yield return $"{section}:Health is missing: where there are several gateways, each says there whether it may take traffic. For example 127.0.0.1:8404.";
        }

        if (!NamePattern().IsMatch(options.Name))
        {
            yield return $"{section}:Name is '{options.Name}'; {NameWords}";
        }

        for (var i = 0; i < options.Others.Count; i++)
        {
            foreach (var problem in Problems(options, options.Others[i], $"{section}:Others:{i}"))
            {
                yield return problem;
            }
        }

        foreach (var (what, same) in Twice(options))
        {
            yield return $"Two gateways have the {what} '{same}'.";
        }
    }

    private const string NameWords = "it must be 1 to 63 letters, digits, dots or dashes, in lower case.";

    private static IEnumerable<string> Problems(GatewayOptions options, OtherGateway other, string section)
    {
        if (!NamePattern().IsMatch(other.Name))
        {
            yield return $"{section}:Name is '{other.Name}'; {NameWords}";
        }

        if (!FolderPattern().IsMatch(other.Folder))
        {
            yield return $"{section}:Folder is '{other.Folder}'; it must be an absolute path of letters, digits and / . _ -";
        }

        foreach (var (setting, address) in new[] { ("Admin", other.Admin), ("AdminListen", other.AdminAsItSeesIt), ("Master", other.Master) })
        {
            if (!RuntimeAddress.IsAllowed(address))
            {
                yield return $"{section}:{setting} is '{address}'; it must be the path of a Unix socket of at most 90 characters, or an IP address with a port.";
            }
        }

        if (other.Health.Length == 0)
        {
            yield return $"{section}:Health is missing: an IP address with a port, where it says whether it may take traffic.";
        }

        if (other.ListenHttps.Length > 0 && !options.TakesHttps)
        {
            yield return $"{section}:ListenHttps is set and Portal:Gateway:ListenHttps is not: either all gateways take HTTPS or none.";
        }

        foreach (var problem in (string[])[
            .. GatewayOptionsValidator.Wrong($"{section}:Listen", other.Listen, "0.0.0.0:80"), .. GatewayOptionsValidator.Wrong($"{section}:ListenHttps", other.ListenHttps, "0.0.0.0:443"),
            .. Health(section, other.Health, other.Listen.Length > 0 ? other.Listen : options.Listen, other.ListenHttps.Length > 0 ? other.ListenHttps : options.ListenHttps)])
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Health(string section, string health, string listen, string listenHttps)
    {
        if (health.Length == 0)
        {
            yield break;
        }

        if (!IPEndPoint.TryParse(health, out var address) || address.Port == 0)
        {
            yield return $"{section}:Health is '{health}', which is not an IP address with a port, such as 127.0.0.1:8404.";
        }
        else if (GatewayOptions.Addresses(listen).Concat(GatewayOptions.Addresses(listenHttps)).Any(bind => IPEndPoint.TryParse(bind, out var taken) && taken.Equals(address)))
        {
            yield return $"{section}:Health is '{health}', where it takes requests already.";
        }
    }

    private static IEnumerable<(string What, string Same)> Twice(GatewayOptions options) =>
        new[] { ("name", options.Others.Select(other => other.Name).Append(options.Name)), ("folder", options.Others.Select(other => other.Folder)), ("runtime API", options.Others.SelectMany(other => new[] { other.Admin, other.Master })) }
            .SelectMany(kind => kind.Item2.GroupBy(text => text, StringComparer.Ordinal).Where(group => group.Count() > 1 && group.Key.Length > 0).Select(group => (kind.Item1, group.Key)));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{0,62}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^/[A-Za-z0-9/._-]+\z")]
    private static partial Regex FolderPattern();
}
