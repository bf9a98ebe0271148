using Portal.Model;
using Portal.Switching.Automatic;
using Portal.Switching.Gradual;

namespace Portal.Tests.Switching;

public sealed class GradualRuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly SideNumbers Good = new(1000, 0, 0, 20);

    [Fact]
    public void A_step_is_held_for_its_time_then_comes_the_next_and_after_the_last_the_switch()
    {
        var gradual = Gradual();
        Assert.IsType<GradualVerdict.Later>(Decide(gradual, 59));
        Assert.IsType<GradualVerdict.Advance>(Decide(gradual, 60));

        gradual.Advance(Noon.AddSeconds(60));
        Assert.Equal(25, gradual.Percent);
        Assert.IsType<GradualVerdict.Later>(Decide(gradual, 119));
        Assert.IsType<GradualVerdict.Switch>(Decide(gradual, 120));
        Assert.Throws<InvalidOperationException>(() => gradual.Advance(Noon));
    }

    [Theory]
    // The tenant takes 2 % more failures than the old side has, and 100 ms.
    [InlineData(2.0, 20, 0.0, 20, false)]
    [InlineData(2.5, 20, 0.0, 20, true)]
    [InlineData(5.0, 20, 4.0, 20, false)]
    [InlineData(0.0, 150, 0.0, 20, true)]
    [InlineData(0.0, 150, 0.0, 200, false)]
    public void Worse_than_the_limits_and_than_the_old_side_goes_back_at_once(double failed, double p95, double oldFailed, double oldP95, bool back)
    {
        var verdict = Decide(Gradual(), 5, new SideNumbers(1000, (long)(failed * 10), failed, p95), new SideNumbers(1000, (long)(oldFailed * 10), oldFailed, oldP95));

        Assert.Equal(back, verdict is GradualVerdict.End { State: GradualState.TakenBack });
    }

    [Fact]
    public void The_outcome_tells_the_numbers_of_both_sides()
    {
        var end = Assert.IsType<GradualVerdict.End>(Decide(Gradual(), 5, new SideNumbers(200, 20, 10, 30), new SideNumbers(1800, 18, 1, 25)));

        Assert.Equal("At 5 %: 10 % of 200 requests failed, and the limit is 3 %; of 1800 on the old side 1 % failed, with a p95 of 25 ms.", end.Outcome);
    }

    [Fact]
    public void A_new_side_that_is_down_and_somebodys_switch_end_it()
    {
        Assert.Equal(GradualState.TakenBack, Assert.IsType<GradualVerdict.End>(GradualRule.Decide(Gradual(), Sight() with { Unfit = "shop web: standby has 0 healthy replicas" }, Noon)).State);
        Assert.Equal(GradualState.Finished, Assert.IsType<GradualVerdict.End>(GradualRule.Decide(Gradual(), Sight() with { Generation = 8, Live = Colour.Green }, Noon)).State);
        Assert.Equal(GradualState.Stopped, Assert.IsType<GradualVerdict.End>(GradualRule.Decide(Gradual(), Sight() with { Generation = 9 }, Noon)).State);
    }

    [Fact]
    public void Where_the_tenant_says_nothing_one_failure_in_a_hundred_more_is_too_many() =>
        Assert.IsType<GradualVerdict.End>(GradualRule.Decide(Gradual(), Sight() with { Limits = null, New = new SideNumbers(1000, 11, 1.1, 20) }, Noon));

    private static GradualVerdict Decide(GradualSwitch gradual, double second, SideNumbers? young = null, SideNumbers? old = null) =>
        GradualRule.Decide(gradual, Sight() with { New = young ?? Good, Old = old ?? Good }, Noon.AddSeconds(second));

    private static GradualSight Sight() => new(Colour.Blue, 7, new SwitchLimits(2, TimeSpan.FromMilliseconds(100), false), Good, Good, null);

    private static GradualSwitch Gradual() => new()
    {
        Id = Guid.NewGuid(), TenantId = Guid.NewGuid(), From = Colour.Blue, To = Colour.Green, Generation = 7, Steps = [5, 25], StepSeconds = 60, StickTo = StickTo.Cookie,
        Reason = "a test", Actor = "somebody", RequestedAt = Noon, StepAt = Noon,
    };
}
