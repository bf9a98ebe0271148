using Portal.Compose;

namespace Portal.Tests.Compose;

public sealed class PolicyTests
{
    private static readonly StackPolicy Everything = new()
    {
        AllowPrivileged = true,
        AllowHostNamespaces = true,
        AllowedHostPaths = ["/"],
        AllowDockerSocket = true,
        AllowedCapabilities = ["NET_ADMIN"],
        AllowDevices = true,
        AllowSecurityOptions = true,
        AllowCgroupParent = true,
        AllowRuntime = true,
        AllowHostTuning = true,
        AllowContainerName = true,
        AllowedHostPorts = [new PortRange(1, 65535)],
        AllowedExternalNetworks = ["proxy"],
        AllowedExternalVolumes = ["shared"],
        AllowExternalLinks = true,
        AllowedVolumeDrivers = ["local", "nfs"],
        AllowVolumeDriverOptions = true,
        AllowedNetworkDrivers = ["bridge", "macvlan"],
        AllowNetworkDriverOptions = true,
        AllowedLogDrivers = ["json-file", "splunk"],
    };

    // The lines below the image, which is line 3; the line and key of the refusal.
    public static TheoryData<string, int, string> Services => new()
    {
        { "user: x\nprivileged: true", 5, "services.web.privileged" },
        { "privileged: 'yes'", 4, "services.web.privileged" },
        { "pid: host", 4, "services.web.pid" },
        { "ipc: host", 4, "services.web.ipc" },
        { "uts: host", 4, "services.web.uts" },
        { "userns_mode: host", 4, "services.web.userns_mode" },
        { "cgroup: host", 4, "services.web.cgroup" },
        { "cgroup_parent: /x", 4, "services.web.cgroup_parent" },
        { "network_mode: host", 4, "services.web.network_mode" },
        { "net: host", 4, "services.web.net" },
        { "volumes:\n  - /etc:/etc:ro", 5, "services.web.volumes[0]" },
        { "volumes:\n  - /data\n  - /var/run/docker.sock:/var/run/docker.sock", 6, "services.web.volumes[1]" },
        { "volumes:\n  - /var/lib/../run:/x", 5, "services.web.volumes[0]" },
        { "volumes:\n  - type: bind\n    source: /\n    target: /host", 5, "services.web.volumes[0]" },
        { "cap_add:\n  - NET_ADMIN", 5, "services.web.cap_add[0]" },
        { "cap_add: [cap_net_admin]", 4, "services.web.cap_add[0]" },
        { "devices:\n  - /dev/sda:/dev/sda", 5, "services.web.devices[0]" },
        { "device_cgroup_rules: ['c 1:3 mr']", 4, "services.web.device_cgroup_rules[0]" },
        { "security_opt:\n  - no-new-privileges:true\n  - seccomp:unconfined", 6, "services.web.security_opt[1]" },
        { "runtime: kata", 4, "services.web.runtime" },
        { "container_name: web", 4, "services.web.container_name" },
        { "ports:\n  - '80:80'", 5, "services.web.ports[0]" },
        { "ports:\n  - target: 80\n    published: 80", 5, "services.web.ports[0]" },
        { "external_links: [other/db]", 4, "services.web.external_links[0]" },
        { "sysctls:\n  vm.swappiness: 1", 5, "services.web.sysctls.vm.swappiness" },
        { "oom_score_adj: -500", 4, "services.web.oom_score_adj" },
        { "oom_kill_disable: true", 4, "services.web.oom_kill_disable" },
        { "log_driver: splunk", 4, "services.web.log_driver" },
        { "logging:\n  driver: splunk", 5, "services.web.logging.driver" },
        { "volume_driver: nfs", 4, "services.web.volume_driver" },
    };

    [Theory]
    [MemberData(nameof(Services))]
    public void What_reaches_past_the_container_is_refused_with_its_line(string below, int line, string key)
    {
        var finding = Reading.RefusedService(below);

        Assert.Equal((line, key), (finding.Line, finding.Key));
        Assert.Equal("docker-compose.yml", finding.File);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_policy_that_allows_it_lets_it_through(string below, int line, string key)
    {
        Assert.True(line > 3 && key.Length > 0);
        Reading.Accepted(Reading.Around(below), policy: Everything);
    }

    public static TheoryData<string, string> Sections => new()
    {
        { "networks:\n  proxy:\n    external: true", "networks.proxy.external" },
        { "networks:\n  mine:\n    external:\n      name: proxy", "networks.mine.external" },
        { "networks:\n  mine:\n    driver: macvlan", "networks.mine.driver" },
        { "networks:\n  mine:\n    driver_opts:\n      parent: eth0", "networks.mine.driver_opts.parent" },
        { "volumes:\n  shared:\n    external: true", "volumes.shared.external" },
        { "volumes:\n  mine:\n    name: shared\n    external: true", "volumes.mine.external" },
        { "volumes:\n  mine:\n    driver: nfs", "volumes.mine.driver" },
        { "volumes:\n  mine:\n    driver_opts: {type: none, o: bind, device: /etc}", "volumes.mine.driver_opts" },
        { "volumes:\n  mine:\n    driver_opts: {type: tmpfs, o: bind, device: /etc}", "volumes.mine.driver_opts" },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public void Things_made_outside_the_stack_and_ways_to_mount_the_host_are_refused(string section, string key)
    {
        Assert.Equal(key, Reading.RefusedService("user: x", sections: section).Key);
        Reading.Accepted(Reading.Around("user: x", section), policy: Everything);
    }

    [Theory]
    [InlineData("logging:\n  driver: syslog\n  options:\n    syslog-address: unixgram:///run/docker.sock")]
    [InlineData("logging:\n  driver: syslog\n  options:\n    syslog-tls-key: /etc/shadow")]
    [InlineData("volumes_from: [container:other]")]
    [InlineData("network_mode: container:other")]
    [InlineData("use_api_socket: true")]
    [InlineData("labels: {portal.tenant: other}")]
    [InlineData("labels: {Portal.Stack: other}")]
    [InlineData("volumes: ['./code:/code']")]
    public void Ways_around_are_refused_as_well(string below) => Reading.RefusedService(below, Everything with { AllowDockerSocket = false });

    [Theory]
    [InlineData("volumes: ['data:/data', '/anonymous']", "volumes: {data: }")]
    [InlineData("ipc: shareable", "")]
    [InlineData("network_mode: none", "")]
    [InlineData("security_opt: ['no-new-privileges:true']", "")]
    [InlineData("sysctls: [net.core.somaxconn=1024]", "")]
    [InlineData("cap_drop: [ALL]", "")]
    [InlineData("privileged: false", "")]
    [InlineData("ports: ['80']", "")]
    [InlineData("volumes: ['data:/data']", "volumes: {data: {driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}}}")]
    public void What_stays_in_the_container_needs_no_leave(string below, string section) => Reading.Service(below, sections: section);

    [Theory]
    [InlineData("container_name: a")]
    [InlineData("cgroup: private")]
    [InlineData("external_links: [a]")]
    [InlineData("device_cgroup_rules: ['c 1:3 mr']")]
    public void What_is_allowed_and_yet_does_not_reach_the_engine_is_said_to_be_ignored(string below)
    {
        var policy = StackPolicy.Default with { AllowContainerName = true, AllowHostNamespaces = true, AllowExternalLinks = true, AllowDevices = true };
        var result = Reading.Of(Reading.Around(below), policy: policy);

        Assert.Equal((Verdict.Accepted, FindingOutcome.Ignored), (result.Verdict, Assert.Single(result.Findings).Outcome));
    }

    [Fact]
    public void A_host_path_is_allowed_with_all_below_it_and_nothing_beside_it()
    {
        var policy = StackPolicy.Default with { AllowedHostPaths = ["/srv/shop"] };

        Assert.Equal("/srv/shop/a", Reading.Service("volumes: ['/srv/shop/./a/:/a']", policy: policy).Mounts.Single().Source);
        Reading.RefusedService("volumes: ['/srv/shopping:/a']", policy);
        Reading.RefusedService("volumes: ['/srv/shop/../../etc:/a']", policy);
    }

    [Fact]
    public void The_Docker_socket_needs_its_own_leave_also_through_a_directory_above_it()
    {
        var policy = StackPolicy.Default with { AllowedHostPaths = ["/"] };

        Assert.Contains("socket", Reading.RefusedService("volumes: ['/var/run:/x']", policy).Reason, StringComparison.Ordinal);
        Assert.Contains("socket", Reading.RefusedService("volumes: ['/run/docker.sock:/x']", policy).Reason, StringComparison.Ordinal);
        Reading.Service("volumes: ['/srv:/x']", policy: policy);
    }

    [Fact]
    public void A_range_is_allowed_only_as_a_whole()
    {
        var policy = StackPolicy.Default with { AllowedHostPorts = [new PortRange(30000, 30010)] };

        Assert.Equal([30009, 30010], Reading.Service("ports: ['30009-30010:80-81']", policy: policy).Ports.Select(p => p.Published!.Value));
        Assert.Contains("30011", Reading.RefusedService("ports: ['30009-30011:80-82']", policy).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_a_variable_is_judged_like_one_that_is_written() =>
        Assert.Equal("services.web.privileged", Reading.RefusedService("privileged: ${P}", variables: Reading.Values(("P", "true"))).Key);

    [Fact]
    public void What_comes_by_extends_or_an_anchor_is_judged_too()
    {
        Assert.Equal("services.web.privileged", Reading.Refused("x-a: &a {privileged: true}\nservices:\n  web: {image: a, <<: *a}").Key);
        Assert.Equal(3, Reading.Refused("services:\n  web: {extends: base}\n  base: {image: a, pid: host}").Line);
    }
}
