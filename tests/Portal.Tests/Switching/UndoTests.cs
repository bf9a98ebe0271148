using System.Net;
using Portal.Lab.Load;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>A switch that is taken back because of what followed it.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class UndoTests(SwitchWorld lab)
{
    [Theory]
    // Healthy by its port, and answers 503 where it is asked for its health.
    [InlineData("/health", 5.0, null, "% of", "requests failed, and the limit is 5 %")]
    [InlineData("/slow?ms=150", null, 100.0, "p95 of", "ms, and the limit is 100 ms")]
    public async Task Too_many_failures_or_too_slow_answers_after_a_switch_take_it_back_with_the_numbers(string path, double? percent, double? p95, params string[] words)
    {
        await lab.World.PushAsync("sick", "UNHEALTHY=true");
        var tenant = await lab.TenantAsync("sick");
        await lab.World.PutAsync($"tenants/{tenant.Slug}/automation", new { limits = new { failedPercent = percent, p95Milliseconds = p95, undo = true } });
        await tenant.SwitchedAsync();

        await using (LoadGenerator.Start(new LoadPlan(new IPEndPoint(IPAddress.Loopback, lab.World.GatewayPort), tenant.Host) { Path = path, Connections = 8, RatePerSecond = 60 }))
        {
            await Eventually.SeesAsync("the switch taken back", tenant.LiveAsync, live => live == "blue");
        }

        var (back, first) = ((await lab.World.GetAsync($"tenants/{tenant.Slug}/switches"))[0], (await lab.World.GetAsync($"tenants/{tenant.Slug}/switches"))[1]);
        Assert.Equal(("undo", "applied", "undone"), (back.GetProperty("cause").GetString(), back.GetProperty("state").GetString(), first.GetProperty("state").GetString()));
        Assert.All(words, word => Assert.Contains(word, back.GetProperty("reason").GetString(), StringComparison.Ordinal));
        var measured = (await tenant.AuditAsync("switch.requested"))[0].GetProperty("after").GetProperty("measured");
        Assert.True(measured.GetProperty("requests").GetInt64() >= 20, measured.ToString());
        Assert.Equal(first.GetProperty("id").GetString(), measured.GetProperty("of").GetString());
    }

    [Fact]
    public async Task Within_the_limits_it_stays()
    {
        var tenant = await lab.TenantAsync();
        var lax = await lab.TenantAsync("2");
        await lab.World.PutAsync($"tenants/{tenant.Slug}/automation", new { limits = new { failedPercent = 5.0, p95Milliseconds = 30_000.0, undo = true } });
        await lab.World.PutAsync($"tenants/{lax.Slug}/automation", new { limits = new { failedPercent = 0.0, p95Milliseconds = 1.0, undo = false } });
        await tenant.SwitchedAsync();
        await lax.SwitchedAsync();
        for (var i = 0; i < 40; i++)
        {
            await lab.World.AskAsync(tenant.Host);
            await lab.World.AskAsync(lax.Host);
        }

        // Another's switch, made later and watched by the same loop, is taken back: so these were looked at meanwhile.
        await new UndoTests(lab).Too_many_failures_or_too_slow_answers_after_a_switch_take_it_back_with_the_numbers("/health", 5, null, "failed");
        Assert.Equal(("green", "green"), (await tenant.LiveAsync(), await lax.LiveAsync()));
    }
}
