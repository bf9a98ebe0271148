using Portal.Docker;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class NetworkAndVolumeTests
{
    [Fact]
    public async Task Containers_on_a_network_find_each_other_by_alias()
    {
        await using var lab = await OpenAsync();
        var network = await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels, isInternal: true, subnet: "10.200.19.0/24");
        var server = await lab.RunAsync(lab.Spec(), "server");
        var client = await lab.RunAsync(lab.Spec(), "client");

        await lab.Client.Networks.ConnectAsync(network, server, ["db"], "10.200.19.7");
        await lab.Client.Networks.ConnectAsync(network, client);

        var details = await lab.Client.Networks.InspectAsync(network);
        Assert.Equal((lab.Name("net"), "bridge", true), (details.Name, details.Driver, details.Internal));
        Assert.Equal("10.200.19.0/24", Assert.Single(details.Subnets).Subnet);
        Assert.Equal(new NetworkMember(lab.Name("server"), "10.200.19.7"), details.Containers[server]);
        Assert.Contains("10.200.19.7", (await lab.Client.Exec.RunAsync(client, ["nslookup", "db"])).StdOut);

        await lab.Client.Networks.DisconnectAsync(network, server);
        Assert.Equal([client], (await lab.Client.Networks.InspectAsync(network)).Containers.Keys);
    }

    [Fact]
    public async Task A_networks_name_is_taken_once()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels);

        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels));
    }

    [Fact]
    public async Task A_network_in_use_is_not_removed()
    {
        await using var lab = await OpenAsync();
        var network = await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels);
        await lab.RunAsync(lab.Spec() with { NetworkMode = lab.Name("net") });

        await FailsAsync(EngineErrorKind.Refused, () => lab.Client.Networks.RemoveAsync(network));
    }

    [Fact]
    public async Task Networks_are_listed_by_label_and_removed()
    {
        await using var lab = await OpenAsync();
        var network = await lab.Client.Networks.CreateAsync(lab.Name("net"), lab.Labels);

        Assert.Equal(network, Assert.Single(await lab.Client.Networks.ListAsync([lab.Label])).Id);
        await lab.Client.Networks.RemoveAsync(network);

        Assert.Empty(await lab.Client.Networks.ListAsync([lab.Label]));
        await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Networks.InspectAsync(network));
    }

    [Fact]
    public async Task A_volume_keeps_what_is_written_to_it()
    {
        await using var lab = await OpenAsync();
        var volume = await lab.Client.Volumes.CreateAsync(lab.Name("data"), lab.Labels);
        var mount = new MountSpec(MountKind.Volume, volume.Name, "/data");
        var writer = await lab.RunAsync(lab.Script("echo kept >/data/note") with { Mounts = [mount] }, "writer");
        await lab.Client.Containers.WaitAsync(writer, lab.Cancel);

        var reader = await lab.RunAsync(lab.Spec() with { Mounts = [mount with { ReadOnly = true }] }, "reader");

        Assert.Equal("kept\n", (await lab.Client.Exec.RunAsync(reader, ["cat", "/data/note"])).StdOut);
        Assert.NotEqual(0, (await lab.Client.Exec.RunAsync(reader, ["touch", "/data/x"])).ExitCode);
        var seen = Assert.Single((await lab.Client.Containers.InspectAsync(reader)).Mounts);
        Assert.Equal((MountKind.Volume, volume.Name, "/data", false), (seen.Kind, seen.Name, seen.Target, seen.Writable));
        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Volumes.RemoveAsync(volume.Name));
    }

    [Fact]
    public async Task Volumes_are_listed_by_label_and_removed()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Volumes.CreateAsync(lab.Name("data"), lab.Labels);
        var again = await lab.Client.Volumes.CreateAsync(lab.Name("data"));
        Assert.Equal(lab.Labels, again.Labels);

        Assert.Equal("local", Assert.Single(await lab.Client.Volumes.ListAsync([lab.Label])).Driver);
        await lab.Client.Volumes.RemoveAsync(lab.Name("data"));

        await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Volumes.InspectAsync(lab.Name("data")));
    }
}
