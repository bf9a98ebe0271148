using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;
using Portal.Switching.Asking;
using Portal.Switching.Automatic;
using Portal.Switching.Checks;
using Portal.Switching.Planned;
using Portal.Switching.Rehearsing;
using Portal.Tenants.Freezing;
using RouteView = Portal.Stacks.RouteView;

namespace Portal.Pages.Switching;

/// <summary>What stands between standby and live: checks, times of quiet, the lock, rehearsals, and what the portal does by itself.</summary>
public sealed partial class SwitchingPage
{
    private const int Recent = 10;

    private ImmutableArray<HttpCheck> checks = [];
    private IReadOnlyList<RouteView> routes = [];
    private IReadOnlyList<RehearsalView> rehearsals = [];
    private IReadOnlyList<PlannedSwitchView> plans = [];
    private FourEyes eyes = null!;
    private ImmutableArray<AskedSwitch> asked = [];
    private QuietView quiet = null!;
    private AutomationView automation = null!;
    private bool holding;

    [Inject]
    private HttpCheckQueries Checks { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private FreezeQueries Freezes { get; set; } = null!;

    [Inject]
    private RehearsalQueries Rehearsals { get; set; } = null!;

    [Inject]
    private AutomationQueries Automations { get; set; } = null!;

    [Inject]
    private AskedSwitchQueries Asked { get; set; } = null!;

    [Inject]
    private PlannedSwitchQueries Planned { get; set; } = null!;

    [Inject]
    private HoldLock Hold { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    protected override bool Concerns(ChangeNote note) => note.Kind is "switchrules" or "rehearsal" or "route" or "tenant" or "switch" or "planned-switch" or Asks.Note or "member";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        checks = await Checks.ListAsync(Here.Id, cancellation);
        routes = await Stacks.RoutesAsync(Here.Id, cancellation);
        quiet = await Freezes.FindAsync(Here.Id, cancellation);
        automation = await Automations.FindAsync(Here.Id, cancellation);
        rehearsals = await Rehearsals.ListAsync(Here.Id, Recent, cancellation);
        eyes = await Asked.StandingAsync(Here.Id, cancellation);
        asked = await Asked.ListAsync(Here.Id, Recent, cancellation);
        plans = await Planned.ListAsync(Here.Id, Recent, cancellation);
        return true;
    }

    private Task<string?> HoldAsync(string reason) => CurrentActor.TryAsync(async actor =>
    {
        switch (await Hold.ExecuteAsync(actor, Here.Id, reason, Life))
        {
            case HoldLockResult.Held:
                Toast.Done($"{Here.Name} is held", "nothing is switched or deployed");
                return null;
            case HoldLockResult.HeldAlready other:
                return $"{other.Lock.Holder} holds it already: {other.Lock.Reason}";
            default:
                return "Say why, in at most 500 characters.";
        }
    }, Life);
}
