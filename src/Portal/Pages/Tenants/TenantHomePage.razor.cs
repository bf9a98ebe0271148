using Microsoft.AspNetCore.Components;
using Portal.Deployments;
using Portal.Deployments.Scaling;
using Portal.Gateway.Certificates;
using Portal.Stacks;
using Portal.Store;
using Portal.Switching;
using Portal.Switching.Asking;
using Portal.Switching.Checks;
using Portal.Switching.Gradual;
using Portal.Switching.Planned;
using Portal.Tenants.Freezing;
using RouteView = Portal.Stacks.RouteView;

namespace Portal.Pages.Tenants;

/// <summary>The face of the product: the pair side by side, and the switch between.</summary>
public sealed partial class TenantHomePage
{
    private const int Recent = 6;

    private IReadOnlyList<StackServices> stacks = [];
    /// <summary>Those of the pair, and those that run once beside it.</summary>
    private IReadOnlyList<StackServices> sides = [];
    private IReadOnlyList<StackServices> outside = [];
    private IReadOnlyList<RouteView> routes = [];
    private IReadOnlyList<DeploymentView> deployments = [];
    private IReadOnlyList<Switch> switches = [];
    private Switch? lastApplied;
    private PreflightReport? report;
    private GradualSwitch? gradual;
    private ScaledSide? scaled;
    private QuietView quiet = null!;
    private int ownChecks;
    private IReadOnlyList<CertificateView> certificates = [];
    private IReadOnlyList<PlannedSwitchView> plans = [];
    private FourEyes eyes = null!;

    [Inject]
    private ServiceQueries Services { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private DeploymentQueries Deployments { get; set; } = null!;

    [Inject]
    private SwitchQueries Switches { get; set; } = null!;

    [Inject]
    private Preflight Preflight { get; set; } = null!;

    [Inject]
    private GradualQueries Graduals { get; set; } = null!;

    [Inject]
    private ScaledSideQueries Sizes { get; set; } = null!;

    [Inject]
    private FreezeQueries Freezes { get; set; } = null!;

    [Inject]
    private HttpCheckQueries Checks { get; set; } = null!;

    [Inject]
    private CertificateQueries Certificates { get; set; } = null!;

    [Inject]
    private AskedSwitchQueries Asked { get; set; } = null!;

    [Inject]
    private PlannedSwitchQueries Planned { get; set; } = null!;

    protected override bool Concerns(ChangeNote note) => note.Kind is "tenant" or "stack" or "route" or "switch" or "deployment" or "inventory" or "member" or "switchrules" or "planned-switch" or "certificate" or "gradual" or Asks.Note;

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        scaled = await Sizes.FindAsync(Here.Id, cancellation);
        stacks = await Services.ListAsync(Here.Id, cancellation);
        (sides, outside) = ([.. stacks.Where(stack => !stack.Outside)], [.. stacks.Where(stack => stack.Outside)]);
        routes = await Stacks.RoutesAsync(Here.Id, cancellation);
        deployments = await Deployments.ListAsync(Here.Id, null, Recent, cancellation);
        switches = await Switches.ListAsync(Here.Id, Recent, cancellation);
        lastApplied = switches.FirstOrDefault(one => one.State == SwitchState.Applied);
        gradual = await Graduals.LastAsync(Here.Id, cancellation);
        quiet = await Freezes.FindAsync(Here.Id, cancellation);
        ownChecks = (await Checks.ListAsync(Here.Id, cancellation)).Length;
        certificates = [.. (await Certificates.ListAsync(Here.Id, cancellation)).Where(one => one.ServedFor.Count > 0)];
        report = sides.Count == 0 ? null : await Preflight.ExecuteAsync(Here.Id, cancellation);
        eyes = await Asked.StandingAsync(Here.Id, cancellation);
        plans = await Planned.ListAsync(Here.Id, 0, cancellation);
        return true;
    }

    private static string Word(Colour colour) => colour == Colour.Blue ? "Blue" : "Green";
}
