using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Deployments;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Pages.Stacks;
using Portal.Stacks;
using Portal.Stacks.Differences;
using Portal.Store;

namespace Portal.Pages.Deployments;

/// <summary>One deployment as it happens, and for good: steps, what changes, log, outcome.</summary>
public sealed partial class DeploymentPage
{
    private const int AtOnce = 500;
    private const int MostLastLines = 12;

    private readonly DeploymentProgress progress = new();
    private LogBuffer log = new();
    private long lastLine;
    private Guid shown;
    private Actor actor = null!;
    private DeploymentView? deployment;
    private Guid? next;
    private RevisionDifference? difference;
    private IReadOnlyList<StepItem> steps = [];
    private IReadOnlyList<string> lastLines = [];
    private IReadOnlyList<ChangeTable.Change> changes = [];
    private bool cancelling;
    private string shared = "";
    private int? from;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private DeploymentQueries Deployments { get; set; } = null!;

    [Inject]
    private DifferenceQueries Differences { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private CancelDeployment Cancel { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private TenantPlace Place { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    protected override object? Subject => Id;

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Id == Id || (note.Kind is "switch" or "member" && (deployment is null || note.Tenant is null || note.Tenant == deployment.TenantId)));

    private bool MayCancel => deployment is { Ended: false, TurnedBackAt: null, CancelRequestedAt: null }
        && actor.May(deployment.Live ? Permission.DeployLive : Permission.DeployStandby, deployment.TenantId);

    private string LogHeight => $"{Math.Clamp((log.Snapshot().Count * 20) + 20, 100, 420)}px";

    private string WhatCancellingDoes => deployment switch
    {
        { Outside: true } => $"{deployment.Stack}, outside the pair, goes back to what ran before, and both sides meet that again.",
        { Live: true } => $"{deployment.Stack} on {deployment.Side()} goes back to what ran before. Visitors are served by the former containers all the while.",
        _ => $"{deployment?.Stack} on {deployment?.Side()} goes back to what ran before. Live is untouched.",
    };

    private bool MayAgain => deployment is { Ended: true };

    private string WhyNoSteps => deployment switch
    {
        { WaitsForWord: true } => "It begins once an operator says that it is backward compatible.",
        { State: DeploymentState.Queued, After: not null } => "It begins once standby runs the same revision well.",
        { State: DeploymentState.Queued } => "It begins as soon as a worker is free and no other deployment of this stack runs there.",
        { State: DeploymentState.Superseded } => "A newer request came before this one began.",
        { State: DeploymentState.Succeeded } => "Everything that the revision wants was running already.",
        { State: DeploymentState.Running } => "Looking at what runs.",
        _ => "It ended before its first step.",
    };

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        if (shown != Id)
        {
            (shown, lastLine, log, deployment, difference) = (Id, 0, new LogBuffer(), null, null);
            progress.Clear();
        }

        actor = await CurrentActor.GetAsync(cancellation);
        var found = await Deployments.FindAsync(actor, Id, cancellation);
        if (found is null)
        {
            deployment = null;
            Navigation.NotFound();
            return;
        }

        // What changes is known once it has begun: then it is settled what ran before.
        var settled = difference is not null && deployment?.FormerRevision == found.FormerRevision && deployment?.WaitsForWord == found.WaitsForWord;
        deployment = found;
        Place.Is(deployment.Tenant);
        var stack = deployment.WaitsForWord ? await Stacks.FindAsync(deployment.TenantId, deployment.Stack, cancellation) : null;
        shared = stack is null ? "" : SharedThings.Words(stack.Shared);
        // Whoever is to vouch for it looks at what it meets there now.
        from = deployment.FormerRevision ?? (stack?.Runs.TryGetValue(deployment.Environment, out var runs) == true ? runs : null);
        next = await Deployments.NextAsync(deployment.TenantId, Id, cancellation);
        if (!settled)
        {
            difference = await Differences.CompareAsync(deployment.TenantId, deployment.Stack, from, deployment.Revision, cancellation);
            changes = difference is null ? [] : DeployDialog.Changes(difference);
        }

        await ReadLogAsync(cancellation);
        steps = progress.Steps(deployment);
        lastLines = progress.LastLines(MostLastLines);
    }

    private async Task ReadLogAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var lines = await Deployments.LogAsync(deployment!.TenantId, Id, lastLine, AtOnce, cancellation);
            if (lines.Count == 0)
            {
                return;
            }

            lastLine = lines[^1].Id;
            progress.Take(lines);
            log.Append(lines.Select(DeploymentProgress.Line).OfType<LogLine>());
        }
    }

    private async Task<string?> CancelAsync()
    {
        var person = await CurrentActor.GetAsync(CancellationToken.None);
        switch (await Cancel.ExecuteAsync(person, deployment!.TenantId, Id, CancellationToken.None))
        {
            case CancelOutcome.Requested:
                Toast.Done("Cancelling", "What ran before comes back.");
                return null;
            case CancelOutcome.EndedAlready:
                return "It has ended, or is going back already.";
            default:
                return "It is no longer there.";
        }
    }
}
