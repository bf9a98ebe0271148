using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Deployments;
using Portal.Pages.Shared;
using Portal.Switching;
using Portal.Switching.Rehearsing;
using Portal.Tenants;
using Portal.Tenants.Freezing;

namespace Portal.Pages.Tenants;

/// <summary>What stands between the two sides: how they differ, whether standby may take over, and the switch itself.</summary>
public sealed partial class SwitchBetween
{
    private bool open;
    private bool blocked;
    private bool asTested;
    private string against = "";
    private RehearsalView? tested;

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    /// <summary>Null while nothing is there that could be switched.</summary>
    [Parameter, EditorRequired]
    public PreflightReport? Report { get; set; }

    [Parameter, EditorRequired]
    public IReadOnlyList<StackServices> Stacks { get; set; } = [];

    [Parameter]
    public bool MayAct { get; set; }

    /// <summary>May switch although a check has failed.</summary>
    [Parameter]
    public bool MayOverride { get; set; }

    /// <summary>A switch needs another person's word.</summary>
    [Parameter]
    public bool SecondPerson { get; set; }

    /// <summary>How many checks of its own the tenant has.</summary>
    [Parameter]
    public int OwnChecks { get; set; }

    /// <summary>A switch in steps is under way.</summary>
    [Parameter]
    public bool InSteps { get; set; }

    /// <summary>What holds the tenant, if anything does.</summary>
    [Parameter]
    public QuietView? Quiet { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private RequestSwitch Request { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string Differences
    {
        get
        {
            var services = Stacks.SelectMany(stack => stack.Services).ToList();
            var differ = services.Count(service => service.Differs);
            return differ == 0 ? "both run the same" : $"{differ} of {services.Count} {(services.Count == 1 ? "service differs" : "services differ")}";
        }
    }

    /// <summary>Another person is asked, unless an owner goes against that.</summary>
    private bool Asks => SecondPerson && string.IsNullOrWhiteSpace(against);

    private string ButtonText => $"{(Asks ? "Ask to switch" : "Switch")} {Tenant.Name} to {Report!.To.Text()}";

    private string Sentence => Asks
        ? $"{Tenant.Name} wants two people's word on a switch: nothing moves until somebody else who may switch approves. Then requests go to {Report!.To.Text()} from one moment to the next, with all checks made anew."
        : $"From one moment to the next, requests for {Tenant.Name} go to {Report!.To.Text()} instead of {Report.From.Text()}. No request is lost, and {Report.From.Text()} keeps running so that you can switch back.";

    private string OverrideHelp => Report!.Passed && !blocked
        ? "Only where nobody else can be asked. An owner may switch alone; these words stand in the audit trail."
        : "A check has failed. An owner may go against it; the failed checks and these words stand in the audit trail.";

    private bool Blocked => Quiet?.Now is not null || ((!Report!.Passed || blocked) && string.IsNullOrWhiteSpace(against));

    private ImmutableArray<PreflightCheck> Shown => Quiet?.Now is { } hold
        ? [new PreflightCheck(hold.Kind == HoldKind.Locked ? "held" : "time of quiet", false, hold.Sentence), .. Report!.Checks]
        : Report!.Checks;

    private void Open() => (open, blocked, asTested, against) = (true, false, true, "");

    // Not with the page's own token: a switch that has begun is finished, whether or not somebody still looks.
    private async Task<string?> SwitchAsync(string reason)
    {
        var rehearsal = asTested && tested is { Passed: true } && tested.Report.To == Report!.To ? tested.Id : (Guid?)null;
        var request = new SwitchRequest(reason, MayOverride && !string.IsNullOrWhiteSpace(against) ? against.Trim() : null, rehearsal);
        var result = await Request.ExecuteAsync(await CurrentActor.GetAsync(CancellationToken.None), Tenant, request, CancellationToken.None);
        if (result is SwitchResult.Applied applied)
        {
            tested = null;
            Toast.Done(SwitchWords.Done(applied));
        }

        if (result is SwitchResult.Asked)
        {
            Toast.Done("Asked for", "a second person has to approve it");
        }

        // Who may go against a check is asked why before the next attempt; everybody else may just try again.
        blocked = MayOverride && result is SwitchResult.Blocked;
        // The dialog shows itself anew, and this part of the page decides what its button does.
        StateHasChanged();
        return SwitchWords.Refusal(result);
    }
}
