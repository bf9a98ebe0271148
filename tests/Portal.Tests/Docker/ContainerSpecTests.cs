using System.Net.Sockets;
using System.Text.Json;
using Portal.Docker;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class ContainerSpecTests
{
    [Fact]
    public async Task What_was_asked_for_is_read_back()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Volumes.CreateAsync(lab.Name("data"), lab.Labels);
        await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels, subnet: "10.200.17.0/24");
        var spec = Everything(lab);

        var id = await lab.Client.Containers.CreateAsync(lab.Name("c"), spec);

        var read = (await lab.Client.Containers.InspectAsync(id)).Definition;
        Assert.Equal("from the portal", read.Environment["GREETING"]);
        Assert.Contains("db", read.Networks[lab.Name("net")].Aliases!);
        Assert.Equal("10.200.17.9", read.Networks[lab.Name("net")].Ipv4Address);
        // What the engine adds of its own: the image's environment, aliases, and the order of ports.
        read = read with { Environment = spec.Environment, Networks = spec.Networks, ExposedPorts = [.. read.ExposedPorts.OrderBy(port => port.Number)] };
        spec = spec with { NetworkMode = lab.Name("net"), IpcMode = read.IpcMode, Runtime = read.Runtime, CgroupParent = read.CgroupParent };
        Assert.Equal(Text(spec), Text(read));
    }

    [Fact]
    public async Task What_was_asked_for_is_what_runs()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Volumes.CreateAsync(lab.Name("data"), lab.Labels);
        await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels, subnet: "10.200.18.0/24");
        var spec = Everything(lab, subnet: "10.200.18");
        var id = await lab.RunAsync(spec);

        async Task<string> SeenAsync(string script) => (await lab.Client.Exec.RunAsync(id, ["sh", "-c", script])).StdOut.Trim();

        Assert.Equal("from the portal", await SeenAsync("echo $GREETING"));
        Assert.Equal("web.example.test", await SeenAsync("hostname -f"));
        Assert.Equal("/tmp", await SeenAsync("pwd"));
        Assert.Equal("65534", await SeenAsync("id -u"));
        Assert.Contains("10.9.9.9", await SeenAsync("grep upstream /etc/hosts"));
        Assert.Contains("ndots:2", await SeenAsync("cat /etc/resolv.conf"));
        Assert.Equal("ro", await SeenAsync("awk '$2 == \"/\" { split($4, o, \",\"); print o[1] }' /proc/mounts"));
        Assert.Contains("/scratch tmpfs", await SeenAsync("cat /proc/mounts"));
        Assert.Contains("/cache tmpfs", await SeenAsync("cat /proc/mounts"));
        Assert.Contains(" /data ", await SeenAsync("cat /proc/mounts"));
        Assert.Equal("2048", await SeenAsync("cat /proc/sys/net/core/somaxconn"));
        Assert.Equal("123", await SeenAsync("ulimit -n"));
        Assert.Equal("100", await SeenAsync("cat /proc/1/oom_score_adj"));
        Assert.Contains("10.200.18.9", await SeenAsync("ip -4 address show eth0"));
    }

    [Fact]
    public async Task A_variable_of_the_image_can_be_taken_away()
    {
        await using var lab = await OpenAsync();
        var image = ImageReference.Parse("lab/variables:1");
        await Portal.Lab.LabImages.BusyboxAsync(lab.Client, image, ["env"], ["ENV A=1 B=2"]);
        var id = await lab.RunAsync(lab.Spec() with
        {
            Image = image.ToString(),
            Environment = new Dictionary<string, string?> { ["A"] = null, ["C"] = "", ["D"] = "x=y\nz" },
        });

        await lab.Client.Containers.WaitAsync(id, lab.Cancel);

        var lines = await lab.Client.Containers.LogsAsync(id, cancel: lab.Cancel).Select(line => line.Text).ToListAsync();
        Assert.DoesNotContain(lines, line => line.StartsWith("A=", StringComparison.Ordinal));
        Assert.Contains("B=2", lines);
        Assert.Contains("C=", lines);
        Assert.Contains("D=x=y", lines);
    }

    [Fact]
    public async Task A_published_port_is_reached_at_the_hosts_address()
    {
        await using var lab = await OpenAsync();
        var port = new ContainerPort(7000);
        var id = await lab.RunAsync(lab.Script("while :; do echo hello | nc -l -p 7000; done") with { PortBindings = [new PortBinding(port)] });
        var binding = Assert.Single((await lab.Client.Containers.InspectAsync(id)).Ports, ports => ports.HostIp != "::");
        Assert.True(binding.Port == port && binding.HostPort > 0);

        string? answer = null;
        await WaitUntilAsync("the port answers", async () =>
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(lab.Engine.Address, binding.HostPort, lab.Cancel);
                using var reader = new StreamReader(connection.GetStream());
                answer = await reader.ReadLineAsync(lab.Cancel);
                return answer is not null;
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                return false;
            }
        });

        Assert.Equal("hello", answer);
    }

    [Fact]
    public async Task A_container_joins_all_its_networks_before_it_starts()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Networks.CreateAsync(lab.Name("front"), lab.Labels);
        await lab.Client.Networks.CreateAsync(lab.Name("back"), lab.Labels);

        var id = await lab.RunAsync(lab.Spec() with
        {
            Networks = new Dictionary<string, NetworkAttachmentSpec>
            {
                [lab.Name("front")] = new(["web"]),
                [lab.Name("back")] = new(["web", "api"]),
            },
        });

        var networks = (await lab.Client.Containers.InspectAsync(id)).Networks;
        Assert.Equal([lab.Name("back"), lab.Name("front")], networks.Keys.Order());
        Assert.Contains("api", networks[lab.Name("back")].Aliases);
        Assert.All(networks.Values, network => Assert.NotNull(network.IpAddress));
    }

    [Fact]
    public async Task A_container_that_cannot_join_a_network_is_not_left_behind()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Networks.CreateAsync(lab.Name("front"), lab.Labels);
        var spec = lab.Spec() with
        {
            // The default bridge gives nobody a fixed address.
            Networks = new Dictionary<string, NetworkAttachmentSpec> { [lab.Name("front")] = new(), ["bridge"] = new(null, "172.17.0.9") },
        };

        await Assert.ThrowsAsync<EngineException>(() => lab.Client.Containers.CreateAsync(lab.Name("c"), spec));

        Assert.Empty(await lab.Client.Containers.ListAsync(new ContainerFilter { All = true, Labels = [lab.Label] }));
    }

    [Fact]
    public async Task A_network_that_is_not_there_is_missed_at_the_start()
    {
        await using var lab = await OpenAsync();
        var id = await lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec() with { NetworkMode = lab.Name("missing") });

        await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Containers.StartAsync(id));
    }

    private static ContainerSpec Everything(EngineScope lab, string subnet = "10.200.17") => lab.Spec() with
    {
        Command = ["-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"],
        Entrypoint = ["sh"],
        Environment = new Dictionary<string, string?> { ["GREETING"] = "from the portal" },
        User = "65534",
        WorkingDir = "/tmp",
        Hostname = "web",
        Domainname = "example.test",
        Init = true,
        OpenStdin = true,
        StopSignal = "SIGINT",
        StopTimeout = TimeSpan.FromSeconds(3),
        Healthcheck = new HealthcheckSpec(["CMD", "true"], TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2), 4),
        ExposedPorts = [new ContainerPort(53, "udp"), new ContainerPort(80)],
        PortBindings = [new PortBinding(new ContainerPort(80), 0, "127.0.0.1")],
        Binds = [$"{lab.Name("data")}:/data:rw"],
        Mounts = [new MountSpec(MountKind.Tmpfs, null, "/scratch", TmpfsSize: 1024 * 1024, TmpfsMode: 511)],
        Tmpfs = new Dictionary<string, string> { ["/cache"] = "size=1m" },
        Networks = new Dictionary<string, NetworkAttachmentSpec> { [lab.Name("net")] = new(["db"], $"{subnet}.9") },
        RestartPolicy = new RestartPolicy(RestartKind.OnFailure, 3),
        CapAdd = ["NET_ADMIN"],
        CapDrop = ["MKNOD"],
        Sysctls = new Dictionary<string, string> { ["net.core.somaxconn"] = "2048" },
        Ulimits = [new Ulimit("nofile", 123, 456)],
        LogConfig = new LogConfig("json-file", new Dictionary<string, string> { ["max-size"] = "1m" }),
        Dns = ["9.9.9.9"],
        DnsOptions = ["ndots:2"],
        DnsSearch = ["example.test"],
        ExtraHosts = ["upstream:10.9.9.9"],
        ReadonlyRootfs = true,
        Memory = 64 * 1024 * 1024,
        MemoryReservation = 32 * 1024 * 1024,
        MemorySwap = 128 * 1024 * 1024,
        NanoCpus = 500_000_000,
        CpuShares = 512,
        CpusetCpus = "0",
        PidsLimit = 50,
        ShmSize = 8 * 1024 * 1024,
        SecurityOpt = ["no-new-privileges"],
        GroupAdd = ["100"],
        Devices = [new DeviceMapping("/dev/null", "/dev/nothing", "r")],
        OomScoreAdj = 100,
    };

    private static string Text(ContainerSpec spec) => JsonSerializer.Serialize(spec);
}
