using Portal.Deployments;
using Portal.Deployments.Engine;
using Portal.Docker;
using Portal.Model;
using Portal.Pages.Deployments;
using Portal.Pages.Shared;

namespace Portal.Tests.Pages;

public sealed class DeploymentProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private readonly DeploymentProgress progress = new();
    private int seconds;

    [Fact]
    public void Acts_on_a_replica_read_as_one_and_what_comes_stands_behind()
    {
        Begin("Pull web", "web 1: create", "web 1: start", "web 2: create");
        Say(DeploymentLogKind.StepProgress, "Pull web", "2 layers, 8.0 of 12.9 MiB", 0.62);
        Assert.Equal(["Running Pull web | 2 layers, 8.0 of 12.9 MiB", "Waiting web 1 | ", "Waiting web 2 | "], Shown(DeploymentState.Running));

        Done("Pull web");
        Begin("web 1: create", "web 1: start", "web 2: create");
        Done("web 1: create");
        Begin("web 1: start", "web 2: create");
        Assert.Equal(["Done Pull web | 12.9 MiB", "Running web 1: created, start | ", "Waiting web 2 | "], Shown(DeploymentState.Running));
    }

    [Fact]
    public void A_pull_is_told_layer_by_layer_while_it_runs()
    {
        var meter = new PullMeter();
        foreach (var line in new PullProgress[]
        {
            new("1", "Pulling from acme/web", null, null), new("aaa", "Pulling fs layer", null, null), new("bbb", "Already exists", null, null),
            new("aaa", "Downloading", 2 << 20, 8 << 20), new("ccc", "Downloading", 1 << 20, 4 << 20), new("ccc", "Verifying Checksum", null, null),
        })
        {
            meter.Take(line);
        }

        Begin("Pull web");
        Say(DeploymentLogKind.StepProgress, "Pull web", meter.Text, meter.Fraction);

        var item = Assert.Single(progress.Steps(View(DeploymentState.Running)));
        Assert.Equal(("3 layers, 3.0 of 12.0 MiB", 0.25), (item.Detail, item.Progress));
        Assert.Equal([new StepPart("aaa", "downloading", 0.25), new StepPart("bbb", "already exists", 1), new StepPart("ccc", "verifying checksum", 0.25)], item.Parts);

        Done("Pull web");
        var done = Assert.Single(progress.Steps(View(DeploymentState.Running)));
        Assert.Equal("12.0 MiB", done.Detail);
        Assert.Empty(done.Parts);
    }

    [Fact]
    public void The_way_back_is_told_apart_from_the_way_there()
    {
        Begin("web 1: wait until healthy");
        Say(DeploymentLogKind.Line, "web 1: wait until healthy", "web 1 | no such file");
        Say(DeploymentLogKind.StepFailed, "web 1: wait until healthy", "web 1 exited with 3.");
        Say(DeploymentLogKind.Line, "web 1: wait until healthy", "Turning back: web 1 exited with 3.");
        Begin("web 1: stop the former");
        Done("web 1: stop the former");
        Assert.Equal(["Failed web 1: wait until healthy | web 1 exited with 3.", "Done web 1, going back: stopped | "], Shown(DeploymentState.RolledBack));
        Assert.Equal(["web 1 | no such file"], progress.LastLines(5));
    }

    [Fact]
    public void A_step_whose_worker_died_does_not_run_on()
    {
        Begin("web 1: start");
        Say(DeploymentLogKind.Line, "", "Taken over: the worker before ended half-way.");
        Begin("web 2: create");
        Assert.Equal(["Failed web 1: start | broken off", "Running web 2: create | "], Shown(DeploymentState.Running));
        Assert.Equal(["Failed web 1: start | broken off", "Failed web 2: create | broken off"], Shown(DeploymentState.Failed));
    }

    [Fact]
    public void Steps_that_run_side_by_side_are_told_apart()
    {
        Begin("web 1: start");
        Begin("api 1: start");
        Done("web 1: start");
        Begin("web 1: wait until healthy");
        Done("api 1: start");
        Assert.Equal(["Running web 1: started, wait until healthy | ", "Done api 1: started | "], Shown(DeploymentState.Running));
    }

    private void Begin(string step, params string[] after) => Say(DeploymentLogKind.StepStarted, step, string.Join('\n', after));

    private void Done(string step) => Say(DeploymentLogKind.StepDone, step, "1.0 s", 1);

    private void Say(DeploymentLogKind kind, string step, string text, double? fraction = null) => progress.Take(
    [
        new DeploymentLogLine { DeploymentId = Guid.Empty, TenantId = Guid.Empty, At = Start.AddSeconds(++seconds), Kind = kind, Step = step, Text = text, Fraction = fraction },
    ]);

    private IEnumerable<string> Shown(DeploymentState state) => progress.Steps(View(state)).Select(step => $"{step.State} {step.Title} | {step.Detail}");

    private static DeploymentView View(DeploymentState state) => new(
        Guid.Empty, Guid.Empty, "acme", "shop", 2, 1, Colour.Green, false, false, state, DeploymentReason.None, null, DeploymentTrigger.Page,
        "dana", "::1", null, null, null, null, null, Start, Start, null, null);
}
