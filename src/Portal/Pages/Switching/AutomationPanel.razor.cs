using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Switching.Automatic;
using Portal.Tenants;

namespace Portal.Pages.Switching;

/// <summary>What the portal may do without being asked.</summary>
public sealed partial class AutomationPanel
{
    private bool open;
    private bool failover;
    private bool undo;
    private double after;
    private double every;
    private double? failed;
    private double? p95;
    private string scaleDown = "";
    private (string Field, string Problem)? wrong;

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    [Parameter, EditorRequired]
    public AutomationView Automation { get; set; } = null!;

    [Parameter]
    public bool MayAct { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private ChooseAutomation Choose { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private static string Words(SwitchLimits limits) => string.Join(" or ", new[]
    {
        limits.FailedPercent is { } most ? string.Create(CultureInfo.InvariantCulture, $"more than {most:0.##} % of the requests fail") : null,
        limits.P95 is { } slowest ? string.Create(CultureInfo.InvariantCulture, $"p95 is above {slowest.TotalMilliseconds:0} ms") : null,
    }.OfType<string>());

    private string? Error(string field) => wrong is var (where, problem) && where == field ? problem : null;

    private void Open() => (open, wrong, failover, after, every, undo, failed, p95, scaleDown) = (
        true, null,
        Automation.Failover is not null, Automation.Failover?.After.TotalSeconds ?? FailoverRule.UsualAfter.TotalSeconds, Automation.Failover?.AtMostEvery.TotalMinutes ?? FailoverRule.UsualEvery.TotalMinutes,
        Automation.Limits?.Undo ?? false, Automation.Limits?.FailedPercent, Automation.Limits?.P95?.TotalMilliseconds, Automation.ScaleDown?.ToString(CultureInfo.InvariantCulture) ?? "");

    private Task<string?> SaveAsync() => CurrentActor.TryAsync(async actor =>
    {
        wrong = null;
        var wanted = new AutomationView(
            failover ? new FailoverRule(TimeSpan.FromSeconds(after), TimeSpan.FromMinutes(every)) : null,
            undo || failed is not null || p95 is not null ? new SwitchLimits(failed, p95 is { } slowest ? TimeSpan.FromMilliseconds(slowest) : null, undo) : null,
            int.TryParse(scaleDown, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null);
        switch (await Choose.ExecuteAsync(actor, Tenant.Id, wanted, CancellationToken.None))
        {
            case ChooseAutomationResult.Invalid invalid:
                wrong = (invalid.Field, invalid.Problem);
                return "It cannot be used like this.";
            default:
                Toast.Done("Saved", "what the portal may do by itself");
                return null;
        }
    }, CancellationToken.None);
}
