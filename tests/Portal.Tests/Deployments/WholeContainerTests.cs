using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Compose;
using Portal.Deployments;
using Portal.Deployments.Engine;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Model;
using Portal.Stacks;
using Portal.Tests.Docker;

namespace Portal.Tests.Deployments;

/// <summary>What a Compose text asks of a container is what the engine made, and what a program inside finds.</summary>
[Trait("Category", "Lab")]
public sealed class WholeContainerTests
{
    [Fact]
    public async Task Everything_that_is_honoured_reaches_the_container()
    {
        await using var lab = await EngineScope.OpenAsync();
        await using var stack = new Place(lab);
        var subnet = $"10.{Random.Shared.Next(200, 250)}.{Random.Shared.Next(0, 250)}";
        await stack.RunAsync("all", $$"""
            services:
              all:
                image: {{lab.Image}}
                command: [sh, -c, "trap 'exit 0' INT; while :; do sleep 1 & wait; done"]
                environment: {A: "1", B: "two words"}
                labels: {team: red, number: 5}
                user: "1000:1000"
                group_add: ["2000"]
                working_dir: /srv
                hostname: box
                domainname: example.test
                init: true
                tty: true
                stdin_open: true
                stop_signal: SIGINT
                stop_grace_period: 12s
                tmpfs: ["/scratch:size=1m,mode=1777"]
                dns: [10.1.2.3]
                dns_search: [example.test]
                dns_opt: [ndots:2]
                extra_hosts: {db: 10.9.8.7, v6: "::1"}
                cap_drop: [CHOWN]
                sysctls: {net.core.somaxconn: 777}
                ulimits: {nofile: {soft: 500, hard: 600}, nproc: 300}
                logging: {driver: json-file, options: {max-size: 1m, max-file: 2} }
                healthcheck: {test: [CMD, "true"], interval: 3s, timeout: 2s, retries: 4, start_period: 5s}
                expose: ["9000", "9001/udp"]
                restart: on-failure:3
                security_opt: ["no-new-privileges:true"]
                ipc: private
                shm_size: 2m
                deploy: {resources: {limits: {memory: 64M, pids: 60}, reservations: {memory: 32M} } }
                memswap_limit: 96m
                cpu_quota: 25000
                cpu_shares: 512
                oom_score_adj: 100
                networks:
                  back:
                  front: {aliases: [www], ipv4_address: {{subnet}}.10, priority: 100}
                volumes:
                  - kept:/kept
                  - {type: volume, source: ram, target: /ram, volume: {nocopy: true}, read_only: true}
                  - {type: tmpfs, target: /quick, tmpfs: {size: 1m, mode: 0o1770} }
                secrets: [key, {source: key, target: other, uid: "1000", gid: "1000", mode: 0400}]
                configs: [conf, {source: conf, target: /etc/app/app.conf, uid: "1000", mode: 0440}]
            networks:
              front: {driver: overlay, labels: [n=1], ipam: {config: [{subnet: {{subnet}}.0/24} ] } }
              back: {internal: true}
            volumes:
              kept: {labels: {v: "1"} }
              ram: {driver_opts: {type: tmpfs, device: tmpfs, o: size=1m} }
            secrets: {key: {environment: KEY} }
            configs: {conf: {content: "a = 1\nb = ${KEY}\n"} }
            """);

        var made = (await stack.InspectAsync("all")).Definition;
        Assert.Equal<(string, string?)>([("A", "1"), ("B", "two words")], made.Environment.Where(pair => pair.Key is "A" or "B").OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(("red", "5"), (made.Labels["team"], made.Labels["number"]));
        Assert.Equal(("1000:1000", "/srv", "box", "example.test"), (made.User, made.WorkingDir, made.Hostname, made.Domainname));
        Assert.Equal((true, true, true, "SIGINT", TimeSpan.FromSeconds(12)), (made.Init, made.Tty, made.OpenStdin, made.StopSignal, made.StopTimeout));
        Assert.Equal<string>(["2000"], made.GroupAdd);
        Assert.Equal("size=1m,mode=1777", made.Tmpfs["/scratch"]);
        Assert.Equal<string>(["10.1.2.3", "example.test", "ndots:2"], [.. made.Dns, .. made.DnsSearch, .. made.DnsOptions]);
        Assert.Equal<string>(["db:10.9.8.7", "v6:::1"], made.ExtraHosts);
        Assert.Equal<string>(["CHOWN"], made.CapDrop);
        Assert.Equal("777", made.Sysctls["net.core.somaxconn"]);
        Assert.Equal([new Ulimit("nofile", 500, 600), new Ulimit("nproc", 300, 300)], made.Ulimits.OrderBy(limit => limit.Name));
        Assert.Equal(("json-file", "1m", "2"), (made.LogConfig!.Driver, made.LogConfig.Options!["max-size"], made.LogConfig.Options["max-file"]));
        Assert.Equal<string>(["CMD", "true"], made.Healthcheck!.Test!);
        Assert.Equal((3, 2, 5, 4), (made.Healthcheck.Interval!.Value.Seconds, made.Healthcheck.Timeout!.Value.Seconds, made.Healthcheck.StartPeriod!.Value.Seconds, made.Healthcheck.Retries));
        Assert.Equal(["9000/tcp", "9001/udp"], made.ExposedPorts.Select(port => port.ToString()).Order());
        Assert.Equal(new RestartPolicy(RestartKind.OnFailure, 3), made.RestartPolicy);
        Assert.Equal<string>(["no-new-privileges:true"], made.SecurityOpt);
        Assert.Equal(("private", 2L << 20, 100), (made.IpcMode, made.ShmSize, made.OomScoreAdj));
        Assert.Equal((64L << 20, 32L << 20, 96L << 20, 250_000_000L, 512L, 60L), (made.Memory, made.MemoryReservation, made.MemorySwap, made.NanoCpus, made.CpuShares, made.PidsLimit));
        Assert.Equal(stack.Network("front"), made.NetworkMode);
        Assert.Equal($"{subnet}.10", made.Networks[stack.Network("front")].Ipv4Address);
        Assert.Superset(new HashSet<string> { "all", "www" }, made.Networks[stack.Network("front")].Aliases!.ToHashSet());
        Assert.Contains(stack.Network("back"), made.Networks.Keys);
        Assert.Contains(made.Mounts, mount => mount is { Kind: Portal.Docker.MountKind.Volume, Target: "/ram", ReadOnly: true, NoCopy: true });
        Assert.Contains(made.Mounts, mount => mount is { Kind: Portal.Docker.MountKind.Tmpfs, Target: "/quick", TmpfsSize: 1 << 20, TmpfsMode: 0x3F8 });

        var front = await lab.Client.Networks.InspectAsync(stack.Network("front"));
        Assert.Equal(("bridge", "1", $"{subnet}.0/24"), (front.Driver, front.Labels["n"], front.Subnets.Single().Subnet));
        Assert.True((await lab.Client.Networks.InspectAsync(stack.Network("back"))).Internal);
        Assert.Equal("1", (await lab.Client.Volumes.InspectAsync(stack.Volume("kept"))).Labels["v"]);

        Assert.Equal("s3cret", await stack.AskAsync("all", "cat /run/secrets/key"));
        Assert.Equal("444 0 0\n400 1000 1000\n440 1000 0", await stack.AskAsync("all", "stat -c '%a %u %g' /run/secrets/key /run/secrets/other /etc/app/app.conf"));
        Assert.Equal("a = 1\nb = s3cret", await stack.AskAsync("all", "cat /etc/app/app.conf"));
        Assert.Equal("a = 1\nb = s3cret", await stack.AskAsync("all", "cat /conf"));
        // The soft limit is looked at in the definition above: runc's own start races with it (opencontainers/runc#4195).
        Assert.Equal("600 777", await stack.AskAsync("all", "echo $(ulimit -H -n) $(cat /proc/sys/net/core/somaxconn)"));
        Assert.Contains("tmpfs", await stack.AskAsync("all", "grep ' /ram ' /proc/mounts"), StringComparison.Ordinal);
        Assert.Contains("10.9.8.7\tdb", await stack.AskAsync("all", "cat /etc/hosts"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read_only: true")]
    [InlineData("tmpfs: [/run, /etc/app/tmp]")]
    [InlineData("{read_only: true, tmpfs: /run}")]
    public async Task Neither_a_read_only_root_nor_a_tmpfs_keeps_secrets_and_configs_out(string more)
    {
        await using var lab = await EngineScope.OpenAsync();
        await using var stack = new Place(lab);
        await stack.RunAsync("web", $$"""
            services:
              web:
                image: {{lab.Image}}
                <<: { {{more.Trim('{', '}')}} }
                secrets: [key]
                configs: [{source: conf, target: /etc/app/app.conf}]
            secrets: {key: {environment: KEY} }
            configs: {conf: {content: text} }
            """);

        Assert.Equal("s3cret text", await stack.AskAsync("web", "echo $(cat /run/secrets/key) $(cat /etc/app/app.conf)"));
        Assert.Equal(more.Contains("read_only", StringComparison.Ordinal), await stack.AskAsync("web", "touch /x 2>/dev/null || echo no") == "no");
    }

    [Fact]
    public async Task Volumes_are_shared_and_those_made_outside_keep_their_names()
    {
        await using var lab = await EngineScope.OpenAsync();
        await using var stack = new Place(lab);
        await lab.Client.Volumes.CreateAsync(lab.Name("out"), lab.Labels);
        await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels);
        var text = $$"""
            services:
              data: {image: {{lab.Image}}, volumes: ["kept:/kept", "out:/out"], networks: [net]}
              web: {image: {{lab.Image}}, volumes_from: ["data:ro"], network_mode: "service:data"}
            volumes: {kept: , out: {external: true, name: {{lab.Name("out")}} } }
            networks: {net: {external: true, name: {{lab.Name("net")}} } }
            """;
        var policy = StackPolicy.Default with { AllowedExternalVolumes = [lab.Name("out")], AllowedExternalNetworks = [lab.Name("net")] };
        await stack.RunAsync("data", text, policy);
        await stack.RunAsync("web", text, policy);

        var data = await stack.InspectAsync("data");
        var web = await stack.InspectAsync("web");
        Assert.Equal([(stack.Volume("kept"), "/kept", true), (lab.Name("out"), "/out", true)], data.Mounts.OrderBy(m => m.Target).Select(m => (m.Name!, m.Target, m.Writable)));
        Assert.Equal([(stack.Volume("kept"), "/kept", false), (lab.Name("out"), "/out", false)], web.Mounts.OrderBy(m => m.Target).Select(m => (m.Name!, m.Target, m.Writable)));
        Assert.Equal<string>([lab.Name("net")], data.Networks.Keys);
        Assert.DoesNotContain("bridge", web.Networks.Keys);
    }

    /// <summary>A place of its own on the lab's engine, and the steps that deployments take there.</summary>
    private sealed class Place(EngineScope lab) : IAsyncDisposable
    {
        private readonly StackPlace place = new(Guid.CreateVersion7(), lab.Name("x"), Guid.Empty, Colour.Blue, Guid.Empty, "stack", Guid.Empty);
        private readonly EngineSteps steps = new(null!, null!, new SecretFiles(new SecretValues(null!, null!, new Portal.Redaction.Redactor()), new HostMemory(Settings(lab), TimeProvider.System)), null!, new StackPlaces(TimeProvider.System), new LimitsBook(), Settings(lab));
        private readonly EngineHost engine = new(
            new Host { Id = Guid.Empty, ClusterId = Guid.Empty, Name = "lab", Endpoint = "unix:///lab", CreatedAt = DateTimeOffset.UnixEpoch }, lab.Client);

        private readonly Dictionary<string, string> containers = [];

        private static string Memory(EngineScope lab) => $"/dev/shm/{lab.Name("secrets")}";

        private static IOptions<DeploymentOptions> Settings(EngineScope lab) => Options.Create(new DeploymentOptions { SecretsFolder = Memory(lab) });

        public string Network(string name) => ContainerMapping.NetworkName(place, name);

        public string Volume(string name) => ContainerMapping.VolumeName(place, name);

        public async Task RunAsync(string service, string compose, StackPolicy? policy = null)
        {
            var read = ComposeReader.Read(new ComposeSource(compose, Variables: new Dictionary<string, string> { ["KEY"] = "s3cret" }, Policy: policy));
            Assert.True(read.Stack is not null, string.Join('\n', read.Findings));
            var images = read.Stack.Services.ToImmutableSortedDictionary(spec => spec.Name, spec => new ImageChoice(spec.Image, null), StringComparer.Ordinal);
            var wanted = new WantedRevision(1, new RenderedStack(read.Stack, images, ImmutableSortedDictionary<string, int>.Empty, "", ImmutableSortedDictionary<string, int>.Empty), WantedStack.Nothing);
            var spec = read.Stack.Services.Single(candidate => candidate.Name == service);
            var log = new Silence();
            await steps.PrepareAsync(engine, place, wanted, spec, log, lab.Cancel);
            await steps.PrepareAsync(engine, place, wanted, spec, log, lab.Cancel);
            await steps.CreateAsync(engine, place, wanted, spec, 1, log, lab.Cancel);
            containers[service] = ContainerMapping.Name(place, service, 1, wanted.Rendered.FingerprintOf(spec));
            await lab.Client.Containers.StartAsync(containers[service], lab.Cancel);
        }

        public Task<ContainerDetails> InspectAsync(string service) => lab.Client.Containers.InspectAsync(containers[service], lab.Cancel);

        /// <summary>What a shell in the container answers.</summary>
        public async Task<string> AskAsync(string service, string script)
        {
            var result = await lab.Client.Exec.RunAsync(containers[service], new ExecSpec(["sh", "-c", script]) { User = "0" }, lab.Cancel);
            Assert.True(result.ExitCode == 0, result.StdErr);
            return result.StdOut.Trim();
        }

        public async ValueTask DisposeAsync()
        {
            string[] own = [.. ContainerMapping.OwnLabels(place).Select(label => $"{label.Key}={label.Value}")];
            foreach (var container in await lab.Client.Containers.ListAsync(new ContainerFilter { All = true, Labels = own }))
            {
                await lab.Client.Containers.RemoveAsync(container.Id, force: true, volumes: true);
            }

            if (Directory.Exists(Memory(lab)))
            {
                Directory.Delete(Memory(lab), recursive: true);
            }

            foreach (var network in await lab.Client.Networks.ListAsync(own))
            {
                await lab.Client.Networks.RemoveAsync(network.Id);
            }

            foreach (var volume in await lab.Client.Volumes.ListAsync(own))
            {
                await lab.Client.Volumes.RemoveAsync(volume.Name);
            }
        }
    }

    private sealed class Silence : StepLog
    {
        public override Task ProgressAsync(string text, double? fraction, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task LineAsync(string text, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
