using System.Globalization;
using Npgsql;
using Portal.Lab;
using Portal.Tests.Lab;
using EndToEndSwitchTests = Portal.Tests.EndToEnd.SwitchTests;

namespace Portal.Tests.Survive;

/// <summary>
/// The portal is killed with SIGKILL at each step of a switch, held there by a lock in the database or by a gateway that stands still.
/// What the database had received by then it may still commit, so of some steps either outcome is right; two of them never are.
/// </summary>
[Trait("Category", "Lab")]
public sealed class SwitchKilledTests(EndToEndSwitchTests.Lab lab) : IClassFixture<EndToEndSwitchTests.Lab>
{
    private const string Stack = "shop";
    private readonly PortalWorld world = lab.World;

    [Fact]
    public async Task Killed_before_it_has_read_anything_nothing_has_happened()
    {
        var before = await StandAsync();
        await using (await LockAsync("lock table pairs in access exclusive mode"))
        {
            var call = CallAsync();
            await WaitsForLockAsync("pairs");
            await KillAsync(call);
        }

        await world.RestartPortalAsync();
        var after = await SettledAsync();
        Assert.Equal(before.Live, after.Live);
        Assert.Equal(before.Ended.Count, after.Ended.Count);
        await NextWorksAsync();
    }

    [Fact]
    public async Task Killed_while_the_intent_is_on_its_way_it_is_not_made_and_its_end_is_recorded_at_most_once()
    {
        var before = await StandAsync();
        await using (await LockAsync("lock table switches in exclusive mode"))
        {
            var call = CallAsync();
            await WaitsForLockAsync("switches");
            await KillAsync(call);
        }

        await world.RestartPortalAsync();
        var after = await SettledAsync();
        Assert.Equal(before.Live, after.Live);
        Assert.All(after.Since(before), state => Assert.Equal("failed", state));
        Assert.InRange(after.Since(before).Count, 0, 1);
        await NextWorksAsync();
    }

    [Fact]
    public async Task Killed_after_the_intent_and_before_the_gateway_it_has_failed_and_says_so()
    {
        var before = await StandAsync();
        var gateway = lab.GatewayProcesses().ToList();
        await SignalAsync("STOP", gateway);
        try
        {
            var call = CallAsync();
            await Eventually.SeesAsync("the intent", OpenAsync, open => open == 1);
            await KillAsync(call);
        }
        finally
        {
            await SignalAsync("CONT", gateway);
        }

        await world.RestartPortalAsync();
        var after = await SettledAsync();
        Assert.Equal(before.Live, after.Live);
        Assert.Equal(["failed"], after.Since(before));
        await NextWorksAsync();
    }

    [Fact]
    public async Task Killed_after_the_gateway_moved_and_before_the_record_traffic_and_record_agree_again()
    {
        await using var load = world.Load(Stack);
        var before = await StandAsync();
        // Lets foreign keys look at the row, and nobody change it.
        await using (await LockAsync("select 1 from pairs for no key update"))
        {
            var call = CallAsync();
            await Eventually.SeesAsync("the gateway on the other side", TrafficAsync, live => live != before.Live);
            await WaitsForLockAsync("pairs");
            await KillAsync(call);
        }

        await world.RestartPortalAsync();
        var after = await SettledAsync();
        Assert.Equal([after.Live == before.Live ? "failed" : "applied"], after.Since(before));
        await NextWorksAsync();
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
    }

    [Fact]
    public async Task Killed_once_it_is_recorded_it_stays_made_and_is_made_once()
    {
        await using var load = world.Load(Stack);
        var before = await StandAsync();
        var call = CallAsync();
        await Eventually.SeesAsync("the record", LiveAsync, live => live != before.Live);
        await KillAsync(call);

        await world.RestartPortalAsync();
        var after = await SettledAsync();
        Assert.NotEqual(before.Live, after.Live);
        Assert.Equal(["applied"], after.Since(before));
        await NextWorksAsync();
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
    }

    /// <summary>A switch that nobody will answer.</summary>
    private Task CallAsync() => world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason = "killed on the way" });

    private async Task KillAsync(Task call)
    {
        await world.Portal.KillAsync();
        // Where it was answered before it was killed, that is right too.
        _ = await Record.ExceptionAsync(() => call);
    }

    private async Task NextWorksAsync()
    {
        var before = await StandAsync();
        await world.PostAsync($"tenants/{world.Tenant}/switches", new { reason = "the next one" });
        var after = await StandAsync();
        Assert.NotEqual(before.Live, after.Live);
        Assert.Equal(["applied"], after.Since(before));
        Assert.Equal(after.Live, await TrafficAsync());
    }

    /// <summary>No switch is open any more, and database, gateway, its file and the answers say the same.</summary>
    private async Task<Standing> SettledAsync()
    {
        await Eventually.SeesAsync("the end of all switches", OpenAsync, open => open == 0, TimeSpan.FromSeconds(60));
        await Eventually.SeesAsync("gateway and database to agree", async () => (Live: await LiveAsync(), Traffic: await TrafficAsync(), File: await FileAsync()), seen => seen.Live == seen.Traffic && seen.File == seen.Live);
        return await StandAsync();
    }

    private async Task<Standing> StandAsync()
    {
        await using var reading = await ReadAsync($"select s.id::text || ' ' || s.state from switches s join tenants t on t.id = s.tenant_id where t.slug = '{world.Tenant}' and s.state <> 'requested'");
        List<string> ended = [];
        while (await reading.ReadAsync())
        {
            ended.Add(reading.GetString(0));
        }

        return new Standing(await LiveAsync(), ended);
    }

    private async Task<string> TrafficAsync() =>
        (await world.AskAsync(world.HostOf(Stack))).Version == lab.VersionOf("blue") ? "blue" : "green";

    private async Task<string> FileAsync() =>
        (await File.ReadAllLinesAsync(Path.Combine(world.Portal.DataDirectory, "gateway", "live.map"))).Single(line => line.StartsWith(world.Tenant + " ", StringComparison.Ordinal)).Split(' ')[1];

    private async Task<string> LiveAsync() => (string)(await ScalarAsync($"select p.live from pairs p join tenants t on t.id = p.tenant_id where t.slug = '{world.Tenant}'"))!;

    private async Task<long> OpenAsync() => (long)(await ScalarAsync("select count(*) from switches where state = 'requested'"))!;

    private Task WaitsForLockAsync(string table) =>
        Eventually.SeesAsync($"somebody who waits for {table}", () => ScalarAsync($"select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%{table}%'"), seen => (long)seen! > 0);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(world.Portal.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task<NpgsqlDataReader> ReadAsync(string sql)
    {
        var connection = new NpgsqlConnection(world.Portal.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteReaderAsync(System.Data.CommandBehavior.CloseConnection);
    }

    /// <summary>Held until it is disposed of.</summary>
    private async Task<NpgsqlConnection> LockAsync(string sql)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(world.Portal.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("begin; " + sql, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static Task SignalAsync(string signal, IEnumerable<int> processes) =>
        Shell.RunAsync("kill", [$"-{signal}", .. processes.Select(pid => pid.ToString(CultureInfo.InvariantCulture))], CancellationToken.None);

    private sealed record Standing(string Live, IReadOnlyList<string> Ended)
    {
        /// <summary>How the switches ended that had not by then.</summary>
        public IReadOnlyList<string> Since(Standing before) => [.. Ended.Where(one => !before.Ended.Any(other => Id(other) == Id(one))).Select(one => one.Split(' ')[1])];

        // An earlier one may have been undone by the next.
        private static string Id(string ended) => ended.Split(' ')[0];
    }
}
