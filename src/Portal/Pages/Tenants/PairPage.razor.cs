using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Deployments;
using Portal.Deployments.Scaling;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Store;
using Portal.Switching.Parity;
using Portal.Switching.Planned;

namespace Portal.Pages.Tenants;

/// <summary>How alike the two sides are, and the way to make them so.</summary>
public sealed partial class PairPage
{
    private PairComparison? pair;
    private IReadOnlyList<PlannedSwitchView> plans = [];
    private IReadOnlyList<StackServices> outside = [];
    private ScaledSide? scaled;
    private ImmutableArray<AlignedStack> asked = [];
    private DeployTarget target = DeployTarget.Standby;
    private bool asking;

    [Inject]
    private ParityQueries Parity { get; set; } = null!;

    [Inject]
    private ServiceQueries Services { get; set; } = null!;

    [Inject]
    private ScaledSideQueries Sizes { get; set; } = null!;

    [Inject]
    private AlignSides Align { get; set; } = null!;

    [Inject]
    private PlannedSwitchQueries Planned { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string Source => target == DeployTarget.Live ? "standby" : "live";

    private string Sentence => pair!.Compared == 0
        ? "Nothing runs on either side, so nothing was compared."
        : pair.Equal == pair.Compared
            ? $"All {pair.Compared} things that were compared are equal."
            : $"{pair.Equal} of {pair.Compared} things that were compared are equal: eight of each service, and engine and kernel.";

    private string Warning => target == DeployTarget.Live
        ? $"Visitors get what standby ({Here.Standby.Text()}) runs: on live ({Here.Live.Text()}) each replica is replaced once its successor is healthy, and no request is lost. Whatever fails leaves what runs now."
        : $"Standby ({Here.Standby.Text()}) gets what live ({Here.Live.Text()}) runs, by a deployment of each stack below. Live is untouched.";

    protected override bool Concerns(ChangeNote note) => note.Kind is "tenant" or "stack" or "switch" or "planned-switch" or "deployment" or "inventory" or "member";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        pair = await Parity.CompareAsync(Here.Id, cancellation);
        outside = [.. (await Services.ListAsync(Here.Id, cancellation)).Where(stack => stack.Outside)];
        scaled = await Sizes.FindAsync(Here.Id, cancellation);
        plans = await Planned.ListAsync(Here.Id, 0, cancellation);
        return true;
    }

    private IEnumerable<StackComparison> Goes(DeployTarget where) => pair!.Moved.Where(stack => Wanted(stack, where) is not null);

    private int? Wanted(StackComparison stack) => Wanted(stack, target);

    private int? Before(StackComparison stack) => target == DeployTarget.Live ? stack.Live : stack.Standby;

    private static int? Wanted(StackComparison stack, DeployTarget where) => where == DeployTarget.Live ? stack.Standby : stack.Live;

    private void Ask(DeployTarget where) => (target, asking) = (where, true);

    // Not with the page's own token: what has begun is asked for to its end, whether or not somebody still looks.
    private Task<string?> AlignAsync() => CurrentActor.TryAsync(async actor =>
    {
        var done = await Align.ExecuteAsync(actor, Here, target, DeploymentTrigger.Page, CancellationToken.None);
        asked = [.. done.Where(stack => stack.Outcome is AlignOutcome.Deploying or AlignOutcome.Refused)];
        var refused = asked.Where(stack => stack.Outcome == AlignOutcome.Refused).ToList();
        if (refused.Count < asked.Length)
        {
            Toast.Done($"{asked.Length - refused.Count} of {asked.Length} deployments to {target.Text()} asked for");
            Refresh();
            return null;
        }

        return refused.Count == 0 ? "There is nothing left to deploy: the two sides are wanted to run the same." : string.Join(" ", refused.Select(stack => $"{stack.Stack}: {stack.Reason}"));
    }, CancellationToken.None);
}
