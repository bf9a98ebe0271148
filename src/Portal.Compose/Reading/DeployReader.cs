using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>How many, how updated, restarted and limited: <c>deploy</c> and the older keys for the same.</summary>
internal static class DeployReader
{
    private const int MostReplicas = 1000;

    public static ServiceSpec Read(MapReader service, ServiceSpec spec)
    {
        var deploy = service.Map("deploy");
        var mode = deploy?.OneOf("mode", ("replicated", 0), ("global", 1), ("replicated-job", 2), ("global-job", 3)) ?? 0;
        var scale = service.Count("scale", 0, MostReplicas);
        var replicas = deploy?.Count("replicas", 0, MostReplicas);
        if (scale is not null && replicas is not null && scale != replicas)
        {
            service.Refuse("scale", $"says {scale} replicas where deploy.replicas says {replicas}");
        }

        return spec with
        {
            Replicas = replicas ?? scale ?? 1,
            Global = spec.Global || mode is 1 or 3,
            IsOneShot = spec.IsOneShot || mode is 2 or 3,
            Update = deploy?.Map("update_config") is { } update ? Update(update) : spec.Update,
            Rollback = deploy?.Map("rollback_config") is { } rollback ? Update(rollback) : null,
            Restart = Restart(service, deploy),
            Resources = Resources(service, deploy?.Map("resources")),
        };
    }

    private static UpdateSpec Update(MapReader update) => new(
        update.OneOf("order", ("start-first", UpdateOrder.StartFirst), ("stop-first", UpdateOrder.StopFirst)) ?? UpdateOrder.StartFirst,
        update.Count("parallelism", 0, MostReplicas) ?? 1,
        update.Duration("delay") ?? TimeSpan.Zero,
        update.OneOf("failure_action", ("rollback", UpdateFailure.Rollback), ("pause", UpdateFailure.Pause), ("continue", UpdateFailure.Continue)) ?? UpdateFailure.Rollback,
        update.Duration("monitor"),
        update.Number("max_failure_ratio", 0, 1) ?? 0);

    private static RestartSpec? Restart(MapReader service, MapReader? deploy)
    {
        if (service.Text("restart") is { } restart)
        {
            var cut = restart.IndexOf(':', StringComparison.Ordinal);
            var policy = cut < 0 ? restart : restart[..cut];
            var retries = cut < 0 ? 0 : Units.Whole(restart[(cut + 1)..]);
            if (policy is "no" or "always" or "on-failure" or "unless-stopped" && retries is >= 0 and <= 1_000_000 && (cut < 0 || policy == "on-failure"))
            {
                return new RestartSpec(policy, (int)retries);
            }

            service.Refuse("restart", $"'{KeyPath.Clip(restart)}' must be no, always, on-failure, on-failure:TIMES or unless-stopped");
            return null;
        }

        if (deploy?.Map("restart_policy") is not { } rule)
        {
            return null;
        }

        var condition = rule.OneOf("condition", ("none", 0), ("on-failure", 1), ("any", 2)) ?? 2;
        var attempts = rule.Count("max_attempts", 0, 1_000_000) ?? 0;
        var word = condition switch { 0 => "no", 1 => "on-failure", _ => "always" };
        if (attempts > 0 && word == "always")
        {
            rule.Ignore("max_attempts", "the engine counts attempts with on-failure only");
        }

        return new RestartSpec(word, word == "on-failure" ? attempts : 0);
    }

    private static ResourceSpec Resources(MapReader service, MapReader? resources)
    {
        var limits = resources?.Map("limits");
        var reservations = resources?.Map("reservations");
        var score = service.Count("oom_score_adj", -1000, 1000);
        return new ResourceSpec
        {
            MemoryLimit = One(service, "mem_limit", service.Bytes("mem_limit"), limits?.Bytes("memory")),
            MemoryReservation = One(service, "mem_reservation", service.Bytes("mem_reservation"), reservations?.Bytes("memory")),
            MemorySwapLimit = service.Text("memswap_limit") == "-1" ? -1 : service.Bytes("memswap_limit"),
            MemorySwappiness = service.Count("mem_swappiness", 0, 100),
            Cpus = One(service, "cpus", service.Number("cpus", 0, 10_000), limits?.Number("cpus", 0, 10_000)),
            CpuReservation = reservations?.Number("cpus", 0, 10_000),
            CpuShares = service.Whole("cpu_shares", 0, 262_144),
            CpuQuota = Micros(service, "cpu_quota"),
            CpuPeriod = Micros(service, "cpu_period"),
            CpusetCpus = Cpuset(service),
            PidsLimit = One(service, "pids_limit", service.Whole("pids_limit", -1, int.MaxValue), limits?.Whole("pids", -1, int.MaxValue)),
            OomScoreAdj = score,
            OomKillDisable = service.Flag("oom_kill_disable") ?? false,
        };
    }

    private static TValue? One<TValue>(MapReader service, string key, TValue? old, TValue? now) where TValue : struct
    {
        if (old is not null && now is not null && !old.Equals(now))
        {
            service.Refuse(key, "says something else than deploy.resources");
        }

        return now ?? old;
    }

    private static long? Micros(MapReader service, string key) =>
        service.Text(key) is { } text && Units.Whole(text) is null && Units.Duration(text) is { } time
            ? time.Ticks / TimeSpan.TicksPerMicrosecond
            : service.Whole(key, -1, int.MaxValue);

    private static string? Cpuset(MapReader service)
    {
        var set = service.Text("cpuset");
        if (set is not null && !set.All(c => char.IsAsciiDigit(c) || c is ',' or '-'))
        {
            service.Refuse("cpuset", $"'{KeyPath.Clip(set)}' must be CPUs, as 0-3 or 0,1");
        }

        return set;
    }
}
