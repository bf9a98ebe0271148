using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

/// <summary>A tenant moves at one instant: no two of its routes are seen on different sides once a switch has been acknowledged.</summary>
[Trait("Category", "Lab")]
public sealed class ColourConsistencyTests
{
    private const int Switches = 200;

    [Fact]
    public async Task Over_200_switches_no_request_to_either_route_meets_the_old_side_after_the_acknowledgement()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(RequestStream.Model(gateway, backend.Ports));
        await using var stream = RequestStream.Start(gateway);
        for (var number = 1; number <= Switches; number++)
        {
            await stream.MoreAsync();
            stream.Begun = number;
            await gateway.Driver.SwitchAsync(Group, number % 2 == 0 ? Sides.Blue : Sides.Green);
            stream.Acknowledged = number;
            await stream.MoreAsync();
        }

        Assert.True(stream.Wrong.IsEmpty, string.Join('\n', stream.Wrong.Take(20)));
    }
}
