using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>healthcheck, and the probe labels of the portal's own.</summary>
internal static class HealthReader
{
    public static HealthcheckSpec? Healthcheck(MapReader service)
    {
        if (service.Map("healthcheck") is not { } check)
        {
            return null;
        }

        var test = Test(check);
        var disable = check.Flag("disable") ?? test is ["NONE"];
        if (disable && test is not ([] or ["NONE"]))
        {
            check.Refuse("disable", "a check that is disabled can have no test");
        }

        return new HealthcheckSpec(
            disable ? ["NONE"] : test,
            check.Duration("interval"),
            check.Duration("timeout"),
            check.Count("retries", 0, 10_000),
            check.Duration("start_period"),
            disable);
    }

    /// <summary><c>http:PORT/PATH</c> or <c>tcp:PORT</c>, with the five settings beside it as labels of their own.</summary>
    public static HealthProbe? Probe(IReadOnlyDictionary<string, (string Value, Node Spot, KeyPath Path)> labels, FileFindings findings)
    {
        if (!labels.TryGetValue("portal.health", out var label))
        {
            foreach (var (_, lonely) in labels)
            {
                findings.Refuse(lonely.Spot, lonely.Path, "means nothing without portal.health");
            }

            return null;
        }

        var (kind, rest) = label.Value.StartsWith("http:", StringComparison.Ordinal) ? (ProbeKind.Http, label.Value["http:".Length..])
            : label.Value.StartsWith("tcp:", StringComparison.Ordinal) ? (ProbeKind.Tcp, label.Value["tcp:".Length..])
            : (ProbeKind.Tcp, "");
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var path = slash < 0 ? "/" : rest[slash..];
        if (Units.Whole(slash < 0 ? rest : rest[..slash]) is not { } port || port is < 1 or > 65535
            || (kind == ProbeKind.Tcp && slash >= 0) || path.Any(c => c <= ' ' || c > '~'))
        {
            findings.Refuse(label.Spot, label.Path, $"'{KeyPath.Clip(label.Value)}' must be http:PORT/PATH or tcp:PORT");
            return null;
        }

        return new HealthProbe(
            kind,
            (int)port,
            kind == ProbeKind.Http ? path : null,
            Time("portal.health.interval", TimeSpan.FromSeconds(5)),
            Time("portal.health.timeout", TimeSpan.FromSeconds(2)),
            Count("portal.health.healthy_threshold", 1),
            Count("portal.health.unhealthy_threshold", 3),
            Time("portal.health.start_period", TimeSpan.FromSeconds(60)));

        TimeSpan Time(string name, TimeSpan otherwise)
        {
            if (!labels.TryGetValue(name, out var given))
            {
                return otherwise;
            }

            if (Units.Duration(given.Value) is { } time && (time > TimeSpan.Zero || name.EndsWith("start_period", StringComparison.Ordinal)))
            {
                return time;
            }

            findings.Refuse(given.Spot, given.Path, $"'{KeyPath.Clip(given.Value)}' must be a time with its unit, as 5s");
            return otherwise;
        }

        int Count(string name, int otherwise)
        {
            if (!labels.TryGetValue(name, out var given))
            {
                return otherwise;
            }

            if (Units.Whole(given.Value) is { } count and >= 1 and <= 1000)
            {
                return (int)count;
            }

            findings.Refuse(given.Spot, given.Path, $"'{KeyPath.Clip(given.Value)}' must be a whole number from 1 to 1000");
            return otherwise;
        }
    }

    private static ImmutableArray<string> Test(MapReader check)
    {
        if (check.Value("test") is TextNode { IsNull: false } text)
        {
            if (text.Value == "NONE")
            {
                check.Refuse("test", "a text is a command line, and there is no command NONE; to switch the check off write disable: true or [NONE]");
            }

            return ["CMD-SHELL", text.Value];
        }

        var test = check.Texts("test");
        if (!test.IsEmpty && test is not ["NONE"] and not ["CMD", _, ..] and not ["CMD-SHELL", _])
        {
            check.Refuse("test", "a list must be NONE, or begin with CMD and have a command, or be CMD-SHELL and one command line");
        }

        return test;
    }
}
