using System.Net;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Networks and volumes of a stack, and what of its containers depends on the host.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class StackPlacesTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_network_gets_its_addresses_and_a_container_its_own_of_both_kinds()
    {
        await world.PushAsync("1");
        var net = Random.Shared.Next(10, 250);
        await AddAsync("addresses", $$"""
            services:
              web:
                image: {{world.Image("1")}}
                platform: linux/amd64
                mem_swappiness: 10
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
                deploy: {mode: global, replicas: 3}
                networks: {front: {ipv4_address: 10.{{net}}.7.9, ipv6_address: "fd00:{{net}}::9"} }
            networks:
              front:
                enable_ipv6: true
                driver_opts: {com.docker.network.driver.mtu: "1400"}
                ipam:
                  config:
                  - {subnet: 10.{{net}}.7.0/24, ip_range: 10.{{net}}.7.128/25, gateway: 10.{{net}}.7.254, aux_addresses: {printer: 10.{{net}}.7.130} }
                  - {subnet: "fd00:{{net}}::/64"}
            """);

        await world.DeployAsync("addresses", new { target = "standby" });

        // Global, and one host: one of it, whatever the number says.
        var container = await world.Engine.Containers.InspectAsync(Assert.Single(await world.ContainersAsync("addresses")).Id);
        Assert.Equal($"10.{net}.7.9", container.Networks.Single().Value.IpAddress);
        Assert.Equal(10, container.Definition.MemorySwappiness);
        var text = await InspectAsync("network", container.Networks.Single().Key);
        foreach (var said in new[] { $"10.{net}.7.128/25", $"10.{net}.7.254", $"10.{net}.7.130", $"fd00:{net}::/64", "\"EnableIPv6\": true", "\"com.docker.network.driver.mtu\": \"1400\"" })
        {
            Assert.Contains(said, text, StringComparison.Ordinal);
        }

        Assert.Contains($"fd00:{net}::9", await InspectAsync("container", container.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fixed_subnet_that_the_other_side_has_is_refused_with_the_reason_before_anything_starts()
    {
        await world.PushAsync("1");
        var net = Random.Shared.Next(10, 250);
        await AddAsync("fixed", $$"""
            services:
              web:
                image: {{world.Image("1")}}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
            networks: {default: {ipam: {config: [{subnet: 10.{{net}}.8.0/24}] } } }
            """);
        await world.DeployAsync("fixed", new { target = "standby" });

        var ended = await world.DeployAsync("fixed", new { target = "live" }, "failed");

        Assert.Contains("a fixed subnet can be there once", ended.Text);
        Assert.DoesNotContain(ended.Log, line => line.Contains("created as", StringComparison.Ordinal));
        Assert.Single(await world.ContainersAsync("fixed"));
    }

    [Fact]
    public async Task A_network_that_is_defined_otherwise_is_made_anew_once_nothing_is_in_it_and_a_volume_never()
    {
        await world.PushAsync("1");
        await AddAsync("other", Text("1400", "1"));
        // Healing makes it anew as well, and tells nobody.
        Assert.Equal(HttpStatusCode.OK, (await world.TryPatchAsync($"tenants/{world.Tenant}/stacks/other", new { healing = false })).Status);
        await world.DeployAsync("other", new { target = "standby" });
        var (network, volume) = (await NetworkAsync("other"), await VolumeAsync("other"));

        await ChangeAsync("other", Text("1450", "2"));
        var told = await world.DeployAsync("other", new { target = "standby" });

        Assert.Contains(told.Log, line => line.Contains("stays as it was while containers are in it", StringComparison.Ordinal));
        Assert.Contains(told.Log, line => line.Contains("never made anew", StringComparison.Ordinal));
        Assert.Equal(network.Id, (await NetworkAsync("other")).Id);

        // As soon as the last container is out of it.
        var emptied = await world.DeployAsync("other", new { target = "standby", replicas = new { web = 0 } });
        var made = await world.DeployAsync("other", new { target = "standby", replicas = new { web = 1 } });

        Assert.Single(emptied.Log.Concat(made.Log), line => line.Contains("it was made anew", StringComparison.Ordinal));
        var now = await NetworkAsync("other");
        Assert.NotEqual(network.Id, now.Id);
        Assert.Contains("1450", await InspectAsync("network", now.Id), StringComparison.Ordinal);
        Assert.Contains("size=1m", await InspectAsync("volume", volume.Name), StringComparison.Ordinal);

        string Text(string mtu, string size) => $$"""
            services:
              web:
                image: {{world.Image("1")}}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
                networks: [back]
                volumes: ["data:/data"]
            networks: {back: {driver_opts: {com.docker.network.driver.mtu: "{{mtu}}"} } }
            volumes: {data: {driver_opts: {type: tmpfs, device: tmpfs, o: "size={{size}}m"} } }
            """;
    }

    [Fact]
    public async Task A_service_in_anothers_network_is_replaced_with_it_although_nobody_calls_it_a_sidekick()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        await AddAsync("lodger", $$"""
            services:
              web:
                image: {{world.Image("1")}}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
              watch:
                image: {{world.Image("1")}}
                network_mode: service:web
                environment: {PORT: "9090"}
                labels: {portal.health: "http:9090/health", portal.health.interval: 200ms}
            """);
        await world.DeployAsync("lodger", new { target = "standby" });
        await world.DeployAsync("lodger", new { target = "standby", images = world.Web("2") });

        var containers = await Task.WhenAll((await world.ContainersAsync("lodger")).Select(container => world.Engine.Containers.InspectAsync(container.Id)));
        var web = containers.Single(container => container.Labels["portal.service"] == "web");
        Assert.Equal($"container:{web.Id}", containers.Single(container => container.Labels["portal.service"] == "watch").Definition.NetworkMode);
    }

    [Fact]
    public async Task A_volume_without_a_name_is_shared_by_volumes_from_and_outlives_a_redeploy()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        await AddAsync("taken", $$"""
            services:
              web:
                image: {{world.Image("1")}}
                volumes: [/data]
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
              reader:
                image: {{world.Image("1")}}
                volumes_from: ["web:ro"]
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
            """);
        await world.DeployAsync("taken", new { target = "standby" });
        var before = await DataAsync();
        Assert.Equal(before["web"], before["reader"]);
        var volume = await VolumeAsync("taken");

        await world.DeployAsync("taken", new { target = "standby", images = world.Web("2") });

        Assert.Equal(before, await DataAsync());
        Assert.Equal(volume.Created, (await VolumeAsync("taken")).Created);

        async Task<Dictionary<string, string?>> DataAsync() =>
            (await Task.WhenAll((await world.ContainersAsync("taken")).Select(container => world.Engine.Containers.InspectAsync(container.Id))))
                .ToDictionary(container => container.Labels["portal.service"], container => container.Definition.Mounts.Single(mount => mount.Target == "/data").Source);
    }

    [Fact]
    public async Task Networks_that_run_out_are_told_of_before_and_the_one_too_many_says_what_to_do()
    {
        await world.PushAsync("1");
        await using var engine = await EngineLab.StartAsync(LabFixture.UndoLog, "narrow", new EngineLabOptions { Network = await LabFixture.Network, AddressPool = ("10.251.0.0/26", 28) });
        var tenant = $"{world.Tenant}n";
        await world.PostAsync("hosts", new { name = "narrow", endpoint = $"unix://{engine.Socket}", publishAddress = engine.Address.ToString() });
        await world.PostAsync("tenants", new { slug = tenant, name = "Narrow", blue = "narrow", green = "narrow" });
        foreach (var stack in new[] { "one", "two" })
        {
            await world.PostAsync($"tenants/{tenant}/stacks", new { name = stack, compose = $"services:\n  web:\n    image: {world.Image("1")}\n    labels: {{portal.health: 'http:8080/health', portal.health.interval: 200ms}}\n" });
        }

        // Four in all, of which the engine has taken one for itself.
        var first = await DeployAsync("one", "standby");
        Assert.Contains(first.Log, line => line.Contains("room for 2 more networks of 4", StringComparison.Ordinal));
        await DeployAsync("one", "live");
        await DeployAsync("two", "standby");
        var last = await DeployAsync("two", "live");

        Assert.Equal("failed", last.State);
        Assert.Contains("has no addresses left", last.Text);
        Assert.Contains("default-address-pools", last.Text);
        Assert.DoesNotContain(last.Log, line => line.Contains("created as", StringComparison.Ordinal));

        async Task<PortalWorld.Ended> DeployAsync(string stack, string target) =>
            await world.EndedAsync((await world.PostAsync($"tenants/{tenant}/stacks/{stack}/deployments", new { target })).GetProperty("id").GetString()!);
    }

    private Task AddAsync(string name, string compose) => world.PostAsync($"tenants/{world.Tenant}/stacks", new { name, compose });

    /// <summary>Another text for a stack that is there.</summary>
    private async Task ChangeAsync(string name, string compose)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(world.Portal.Database);
        await using var command = source.CreateCommand("update stacks set compose = $1 where name = $2");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = compose });
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = name });
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    private async Task<NetworkDetails> NetworkAsync(string stack) => Assert.Single(await world.Engine.Networks.ListAsync([$"portal.stack={stack}"]), network => network.Name.Contains(world.Tenant, StringComparison.Ordinal));

    private async Task<VolumeDetails> VolumeAsync(string stack) => Assert.Single(await world.Engine.Volumes.ListAsync([$"portal.stack={stack}"]), volume => volume.Name.Contains(world.Tenant, StringComparison.Ordinal));

    private async Task<string> InspectAsync(string kind, string id) => await Shell.RunAsync("docker", ["-H", world.Engine.Endpoint.ToString(), kind, "inspect", id]);
}
