using Portal.Compose;

namespace Portal.Tests.Compose;

/// <summary>What belongs together, and what runs once on a host.</summary>
public sealed class UnitTests
{
    [Fact]
    public void A_service_in_anothers_network_is_its_sidekick_and_runs_as_often()
    {
        var result = Reading.Of("services:\n  web: {image: w, deploy: {replicas: 2}}\n  watch: {image: x, network_mode: 'service:web'}\n  deep: {image: y, network_mode: 'service:watch'}\n");
        Assert.Equal(Verdict.Accepted, result.Verdict);
        Assert.Equal(["deep web", "watch web"], result.Stack!.Services.Where(service => service.PrimaryOf is not null).Select(service => $"{service.Name} {service.PrimaryOf}").Order());
        Assert.All(["watch", "deep"], name => Assert.Contains(result.Findings, finding => finding.Key == $"services.{name}.network_mode" && finding.Reason.Contains("runs as often", StringComparison.Ordinal)));
    }

    [Fact]
    public void One_that_has_sidekicks_itself_or_belongs_elsewhere_is_refused_by_line()
    {
        var primary = Reading.Refused("services:\n  web: {image: w}\n  other:\n    image: o\n    network_mode: service:web\n    labels: {io.rancher.sidekicks: log}\n  log: {image: l}\n");
        Assert.Equal(("services.other.network_mode", 3), (primary.Key, primary.Line));
        var elsewhere = Reading.Refused("services:\n  web: {image: w}\n  db:\n    image: o\n    labels: {io.rancher.sidekicks: log}\n  log: {image: l, network_mode: 'service:web'}\n");
        Assert.Equal("services.log.network_mode", elsewhere.Key);
    }

    [Theory]
    [InlineData("deploy: {mode: global, replicas: 3}")]
    [InlineData("deploy: {replicas: 3}\nlabels: {io.rancher.scheduler.global: 'true'}")]
    [InlineData("scale: 3\nlabels: {io.rancher.scheduler.global: 'true'}")]
    public void A_global_service_runs_once_on_the_one_host_and_says_so(string below)
    {
        var result = Reading.Of(Reading.Around(below));
        var service = Assert.Single(result.Stack!.Services);
        Assert.True(service.Global);
        Assert.Equal(1, service.Replicas);
        Assert.Contains(result.Findings, finding => finding.Outcome == FindingOutcome.Ignored && finding.Reason.Contains("once on each host", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ipam: {config: [{subnet: 10.300.0.0/24}]}}", "no subnet")]
    [InlineData("{ipam: {config: [{subnet: 10.3.0.0/24, gateway: here}]}}", "no address")]
    [InlineData("{ipam: {config: [{subnet: 10.3.0.0/24, ip_range: ten}]}}", "no range")]
    [InlineData("{ipam: {config: [{gateway: 10.3.0.1}]}}", "needs its subnet")]
    public void Addresses_that_are_none_are_refused(string network, string reason) =>
        Assert.Contains(reason, Reading.Refused($"services: {{web: {{image: w, networks: [front]}}}}\nnetworks: {{front: {network}}}\n").Reason, StringComparison.Ordinal);

    [Fact]
    public void Ipv6_without_a_subnet_for_it_is_left_out_and_said()
    {
        var result = Reading.Of("services: {web: {image: w, networks: [front]}}\nnetworks: {front: {enable_ipv6: true}}\n");
        Assert.False(Assert.Single(result.Stack!.Networks).EnableIpv6);
        Assert.Contains(result.Findings, finding => finding.Key == "networks.front.enable_ipv6");
    }

    [Theory]
    [InlineData("linux/arm64", true)]
    [InlineData("linux/arm/v7", true)]
    [InlineData("arm64", false)]
    [InlineData("linux/arm 64", false)]
    public void A_platform_is_an_operating_system_and_an_architecture(string platform, bool good) =>
        Assert.Equal(good, Reading.Of(Reading.Around($"platform: '{platform}'")).Verdict == Verdict.Accepted);
}
