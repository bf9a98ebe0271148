using Portal.Model;
using Portal.Switching.Planned;

namespace Portal.Tests.Switching;

public sealed class PlannedSwitchRuleTests
{
    private static readonly DateTimeOffset Ended = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);
    private static readonly PlannedSwitchSight Due = new(DeploymentState.Succeeded, null, Ended, Colour.Green, Colour.Blue, false, null, null, null, null);

    [Fact]
    public void It_is_due_once_its_deployment_has_succeeded() => Assert.IsType<PlannedSwitchVerdict.Go>(Decide(Due));

    [Theory]
    [InlineData(DeploymentState.Queued)]
    [InlineData(DeploymentState.Running)]
    public void It_waits_for_its_deployment(DeploymentState state) => Assert.IsType<PlannedSwitchVerdict.Later>(Decide(Due with { State = state, EndedAt = null }));

    [Theory]
    [InlineData(DeploymentState.Failed)]
    [InlineData(DeploymentState.RolledBack)]
    [InlineData(DeploymentState.Cancelled)]
    [InlineData(DeploymentState.Superseded)]
    public void A_deployment_that_did_not_succeed_gives_it_up_with_its_reason(DeploymentState state)
    {
        var end = Assert.IsType<PlannedSwitchVerdict.End>(Decide(Due with { State = state, DeploymentReason = "it exited with 7" }));

        Assert.Equal(PlannedSwitchState.GivenUp, end.State);
        Assert.Contains("it exited with 7", end.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_this_delivery_has_switched_is_not_switched_again()
    {
        var id = Guid.CreateVersion7();

        foreach (var state in new[] { SwitchState.Applied, SwitchState.Undone })
        {
            var end = Assert.IsType<PlannedSwitchVerdict.End>(Decide(Due with { Own = new OwnSwitch(id, state), Live = Colour.Blue, SwitchedSince = "ops" }));
            Assert.Equal((PlannedSwitchState.Applied, id), (end.State, end.Switch));
        }

        Assert.IsType<PlannedSwitchVerdict.Later>(Decide(Due with { Own = new OwnSwitch(id, SwitchState.Requested) }));
    }

    [Fact]
    public void What_is_live_already_needs_no_switch() =>
        Assert.Equal(PlannedSwitchState.AlreadyLive, Assert.IsType<PlannedSwitchVerdict.End>(Decide(Due with { LiveRunsIt = true, Live = Colour.Green, SwitchedSince = "ops" })).State);

    [Fact]
    public void Something_newer_gives_it_up_and_is_named()
    {
        var newer = Guid.CreateVersion7();

        Assert.Contains($"{newer}", GivenUp(Due with { NewerDeployment = newer }), StringComparison.Ordinal);
        Assert.Contains("ops", GivenUp(Due with { SwitchedSince = "ops" }), StringComparison.Ordinal);
        Assert.Contains("disabled", GivenUp(Due with { Closed = "The webhook was disabled meanwhile." }), StringComparison.Ordinal);
        Assert.Contains("live by now", GivenUp(Due with { Live = Colour.Green }), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_after_the_deployment_it_would_surprise()
    {
        Assert.IsType<PlannedSwitchVerdict.Go>(Decide(Due, Ended + Limit));
        Assert.Contains("15 minutes", GivenUp(Due, Ended + Limit + TimeSpan.FromTicks(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_time_counts_from_the_deployments_success_and_is_written_down_once()
    {
        var later = Due with { After = TimeSpan.FromMinutes(10) };
        var due = Ended.AddMinutes(10);

        Assert.Equal(due, Assert.IsType<PlannedSwitchVerdict.Schedule>(Decide(later)).Due);
        Assert.IsType<PlannedSwitchVerdict.Later>(Decide(later with { DueAt = due }, due.AddTicks(-1)));
        Assert.IsType<PlannedSwitchVerdict.Go>(Decide(later with { DueAt = due }, due));
        Assert.IsType<PlannedSwitchVerdict.Later>(Decide(later with { State = DeploymentState.Running, EndedAt = null }));
        // No portal was there in time, and then it was not written down either.
        Assert.IsType<PlannedSwitchVerdict.Go>(Decide(later, due + Limit));
        Assert.Contains("12:10:00 UTC", GivenUp(later with { DueAt = due }, due + Limit + TimeSpan.FromTicks(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void While_it_waits_for_its_time_whatever_is_newer_ends_it()
    {
        var waiting = Due with { After = TimeSpan.FromMinutes(10), DueAt = Ended.AddMinutes(10) };

        GivenUp(waiting with { NewerDeployment = Guid.CreateVersion7() });
        Assert.Contains("ops", GivenUp(waiting with { SwitchedSince = "ops" }), StringComparison.Ordinal);
        Assert.Contains("manual", GivenUp(waiting with { Closed = "The stack was set to manual meanwhile." }), StringComparison.Ordinal);
        Assert.Equal(PlannedSwitchState.AlreadyLive, Assert.IsType<PlannedSwitchVerdict.End>(Decide(waiting with { LiveRunsIt = true, SwitchedSince = "ops" })).State);
    }

    [Fact]
    public void Once_a_second_person_is_asked_their_word_decides_however_long_it_takes()
    {
        PlannedSwitchSight Asked(AskedSwitchState state, string? reason = null) => Due with { Asked = new AskedForIt(state, "owner", reason) };
        var late = Ended + Limit + Limit;

        Assert.IsType<PlannedSwitchVerdict.Later>(Decide(Asked(AskedSwitchState.Waiting), late));
        Assert.Equal("owner refused it: not today", GivenUp(Asked(AskedSwitchState.Refused, "not today"), late));
        Assert.Equal("owner took it back.", GivenUp(Asked(AskedSwitchState.Withdrawn), late));
        Assert.Contains("in time", GivenUp(Asked(AskedSwitchState.Lapsed), late), StringComparison.Ordinal);
        Assert.Equal("The tenant was switched meanwhile.", GivenUp(Asked(AskedSwitchState.Overtaken, "The tenant was switched meanwhile."), late));
        Assert.Equal(PlannedSwitchState.Failed, Assert.IsType<PlannedSwitchVerdict.End>(Decide(Asked(AskedSwitchState.Approved))).State);
        var own = new OwnSwitch(Guid.CreateVersion7(), SwitchState.Applied);
        Assert.Equal(PlannedSwitchState.Applied, Assert.IsType<PlannedSwitchVerdict.End>(Decide(Asked(AskedSwitchState.Approved) with { Own = own })).State);
        Assert.Contains("came after it", GivenUp(Asked(AskedSwitchState.Waiting) with { NewerDeployment = Guid.CreateVersion7() }), StringComparison.Ordinal);
    }

    private static string GivenUp(PlannedSwitchSight seen, DateTimeOffset? now = null)
    {
        var end = Assert.IsType<PlannedSwitchVerdict.End>(Decide(seen, now));
        Assert.Equal(PlannedSwitchState.GivenUp, end.State);
        return end.Reason;
    }

    private static PlannedSwitchVerdict Decide(PlannedSwitchSight seen, DateTimeOffset? now = null) => PlannedSwitchRule.Decide(seen, now ?? Ended, Limit);
}
