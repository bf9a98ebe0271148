using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Deployments;
using Portal.Deployments.Requests;
using Portal.Pages.Frame;
using Portal.Stacks;
using Portal.Stacks.Changing;
using Portal.Stacks.Readiness;
using Portal.Store;
using Portal.Switching.Planned;
using RouteView = Portal.Stacks.RouteView;

namespace Portal.Pages.Stacks;

/// <summary>One stack: what of it runs on both sides, what ran before, and the next deployment.</summary>
public sealed partial class StackPage
{
    private const int MostDeployments = 10;

    /// <summary>Where a stack outside the pair runs.</summary>
    internal const Colour Once = StackTarget.Outside;

    private StackView stack = null!;
    private IReadOnlyList<ServiceView> services = [];
    private IReadOnlyList<RouteView> routes = [];
    private IReadOnlyList<RevisionView> revisions = [];
    private IReadOnlyList<DeploymentView> deployments = [];
    private IReadOnlyList<OutdatedSecret> outdated = [];
    private IReadOnlyList<PlannedSwitchView> plans = [];
    private DeploymentView? running;
    private string compose = "";
    private bool deploying;
    private bool healing;
    /// <summary>Revision → why it cannot run again.</summary>
    private ImmutableDictionary<int, string> gone = ImmutableDictionary<int, string>.Empty;
    /// <summary>Of readiness, that keep it from live.</summary>
    private string rules = "";
    private int? chosen;

    [Parameter]
    public string Name { get; set; } = "";

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private ChangeStack Change { get; set; } = null!;

    [Inject]
    private StackUses Uses { get; set; } = null!;

    [Inject]
    private ServiceQueries Services { get; set; } = null!;

    [Inject]
    private DeploymentQueries Deployments { get; set; } = null!;

    [Inject]
    private PlannedSwitchQueries Planned { get; set; } = null!;

    [Inject]
    private ReadinessQueries Readiness { get; set; } = null!;

    protected override object? Subject => (Slug, Name);

    protected override bool Concerns(ChangeNote note) => note.Kind is "tenant" or "stack" or "route" or "switch" or "planned-switch" or "deployment" or "inventory" or "member" or "secret" or "readiness";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        if (await Stacks.FindAsync(Here.Id, Name, cancellation) is not { } found)
        {
            return false;
        }

        stack = found;
        services = (await Services.ListAsync(Here.Id, cancellation)).FirstOrDefault(one => one.StackId == stack.Id)?.Services ?? [];
        routes = [.. (await Stacks.RoutesAsync(Here.Id, cancellation)).Where(route => route.Stack == Name)];
        revisions = await Stacks.RevisionsAsync(Here.Id, stack.Id, cancellation);
        deployments = await Deployments.ListAsync(Here.Id, Name, MostDeployments, cancellation);
        running = deployments.FirstOrDefault(one => one.State == DeploymentState.Running) ?? deployments.FirstOrDefault(one => !one.Ended);
        outdated = [.. (await Uses.OutdatedAsync(Here.Id, cancellation)).Where(one => one.Stack == Name)];
        compose = await Stacks.ComposeAsync(Here.Id, stack.Id, cancellation);
        rules = string.Join(',', await Readiness.BlockingAsync(Here.Id, cancellation));
        plans = [.. (await Planned.ListAsync(Here.Id, 0, cancellation)).Where(plan => plan.Stack == Name)];
        return true;
    }

    private int? Placed(Colour colour) => stack.Runs.TryGetValue(colour, out var number) ? number : null;

    private void AskToDeploy(int? revision) => (chosen, deploying) = (revision, true);

    private string HealingButton => stack.Healing ? "Switch healing off" : "Switch healing on";

    private Task<string?> SwitchHealingAsync() => CurrentActor.TryAsync(async actor =>
        await Change.ExecuteAsync(actor, Here.Id, Name, StackPatch.Empty with { Healing = (bool?)!stack.Healing }, Life) switch
        {
            ChangeStackResult.Done => null,
            ChangeStackResult.NoSuchStack => "The stack has been removed meanwhile.",
            var other => throw new InvalidOperationException($"An outcome without words: {other}."),
        }, Life);
}
