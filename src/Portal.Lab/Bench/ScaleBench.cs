using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Portal.HAProxy;

namespace Portal.Lab.Bench;

/// <summary>
/// What a switch costs on an otherwise quiet machine: against the bare exchange with the gateway plus one commit of the same database, and
/// with 500 tenants and 5,000 routes against one of each.
/// </summary>
internal sealed class ScaleBench(BenchWorld world)
{
    private const int Tenants = 500;
    private const int Routes = 5000;
    private const int Warm = 100;
    private const int Switches = 100;
    private const double BareBound = 5;
    private const double ScaleBound = 1.5;
    private static readonly TimeSpan Filling = TimeSpan.FromMinutes(5);

    private string GatewayFolder => Path.Combine(world.Place.Data, "gateway");

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        await world.DeployBareAsync(cancel);
        var (one, bare) = await MeasureAsync(cancel);
        var taken = await Waiting.SecondsAsync(() => FillAsync(cancel));
        var (many, _) = await MeasureAsync(cancel);
        var usage = await UsageAsync(cancel);
        return
        [
            BenchResult.Of($"scale: switch with one route, median of {Switches}", one, "ms", bare, string.Create(CultureInfo.InvariantCulture, $"set map and one commit, bare, of which at most {BareBound}")),
            BenchResult.Of($"scale: switch with {Tenants} tenants and {Routes} routes", many, "ms", one, string.Create(CultureInfo.InvariantCulture, $"with one of each, of which at most {ScaleBound}")),
            BenchResult.Alone($"scale: until the gateway has {Routes} routes", taken, "s", "rows to map"),
            BenchResult.Alone("scale: processor time meanwhile, idle", usage * 100, "% of one", "the portal's own, over ten seconds"),
        ];
    }

    /// <returns>Milliseconds: the median call, and the median of the bare exchange plus commit.</returns>
    private async Task<(double Call, double Bare)> MeasureAsync(CancellationToken cancel)
    {
        // A process that has just started compiles while it works.
        for (var i = 0; i < Warm; i++)
        {
            await SwitchAsync(cancel);
        }

        await using var connection = new NpgsqlConnection(world.Database);
        await connection.OpenAsync(cancel);
        await using var prepare = new NpgsqlCommand("create table if not exists bench_commits (id bigint generated always as identity primary key, note text)", connection);
        await prepare.ExecuteNonQueryAsync(cancel);
        var admin = new RuntimeClient(Path.Combine(GatewayFolder, "admin.sock"));
        var live = (await admin.GetMapAsync(GatewayFiles.LiveName, cancel))[BenchWorld.Tenant];
        List<double> calls = [], bare = [];
        // Turn by turn, so that a busy moment of the machine hits both.
        for (var i = 0; i < Switches; i++)
        {
            bare.Add(await MillisecondsAsync(async () =>
            {
                await admin.SetMapAsync(GatewayFiles.LiveName, BenchWorld.Tenant, live, cancel);
                await using var commit = new NpgsqlCommand("insert into bench_commits (note) values ('one row')", connection);
                await commit.ExecuteNonQueryAsync(cancel);
            }));
            calls.Add(await MillisecondsAsync(() => SwitchAsync(cancel)));
            live = live == Sides.Blue ? Sides.Green : Sides.Blue;
        }

        return (Waiting.Median(calls), Waiting.Median(bare));
    }

    private Task SwitchAsync(CancellationToken cancel) =>
        world.Operator.PostAsync($"api/v1/tenants/{BenchWorld.Tenant}/switches", new { reason = "bench" }, cancel);

    /// <summary>
    /// The other tenants and their routes in bulk, by SQL: making them by the API one after another would measure that. Nothing runs behind
    /// them; the gateway has a backend with all its places for each all the same.
    /// </summary>
    private async Task FillAsync(CancellationToken cancel)
    {
        const int perTenant = Routes / Tenants;
        await world.SqlAsync($"""
            insert into tenants (id, slug, name, created_at) select gen_random_uuid(), 'many' || n, 'Many ' || n, now() from generate_series(2, {Tenants}) n;
            insert into pairs (tenant_id, live, generation) select id, 'blue', 0 from tenants where slug like 'many%';
            insert into environments (id, tenant_id, colour, cluster_id)
              select gen_random_uuid(), t.id, c.colour, (select cluster_id from environments limit 1) from tenants t, (values ('blue'), ('green')) c (colour) where t.slug like 'many%';
            insert into stacks (id, tenant_id, name, compose, answers_sealed, created_at, created_by)
              select gen_random_uuid(), id, 'shop', 'services: ' || chr(123) || chr(125), '', now(), 'bench' from tenants where slug like 'many%';
            insert into routes (id, tenant_id, stack_id, service, port, host_name, path, created_at)
              select gen_random_uuid(), s.tenant_id, s.id, 'web' || n, 8080, 'r' || n || '.' || t.slug || '.localhost', '/', now()
              from stacks s join tenants t on t.id = s.tenant_id, generate_series(1, {perTenant}) n where t.slug like 'many%';
            insert into routes (id, tenant_id, stack_id, service, port, host_name, path, created_at)
              select gen_random_uuid(), tenant_id, stack_id, service, port, 'more' || n || '.' || host_name, path, now()
              from (select * from routes where host_name not like '%.many%' limit 1) own, generate_series(1, {perTenant - 1}) n;
            analyze;
            """, cancel);
        var admin = new RuntimeClient(Path.Combine(GatewayFolder, "admin.sock"));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Filling);
        var seen = 0;
        while (seen < Routes)
        {
            if (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw new TimeoutException($"The gateway has {seen} of {Routes} routes after {Filling.TotalMinutes:0} minutes.");
            }

            await Task.Delay(500, cancel);
            try
            {
                seen = (await admin.GetMapAsync(GatewayFiles.RoutesName, cancel)).Count;
            }
            catch (HAProxyException error)
            {
                // It reloads with ten thousand backends; how long that takes is what is measured.
                Console.WriteLine($"  {error.Message}");
            }
        }
    }

    /// <returns>Of one processor.</returns>
    private async Task<double> UsageAsync(CancellationToken cancel)
    {
        var before = Parts.ProcessFigures.CpuSeconds(world.Parts.PortalProcess.Pid);
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(10), cancel);
        return (Parts.ProcessFigures.CpuSeconds(world.Parts.PortalProcess.Pid) - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> MillisecondsAsync(Func<Task> work) => await Waiting.SecondsAsync(work) * 1000;
}
