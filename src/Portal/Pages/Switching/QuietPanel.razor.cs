using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Tenants;
using Portal.Tenants.Freezing;

namespace Portal.Pages.Switching;

/// <summary>When nothing is switched or deployed, and by whose clocks.</summary>
public sealed partial class QuietPanel
{
    private static readonly IReadOnlyList<string> Zones = [.. TimeZoneInfo.GetSystemTimeZones().Select(known => known.Id).Where(known => known.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal), "UTC"];

    private FreezeWindow? chosen;
    private bool adding;
    private bool removing;
    private bool zoning;
    private (string Field, string Problem)? wrong;
    private string name = "";
    private string often = "weekly";
    private (string Day, string Time) begins;
    private (string Day, string Time) ends;
    private DateTime? onceFrom;
    private DateTime? onceUntil;
    private string zone = "";

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    [Parameter, EditorRequired]
    public QuietView Quiet { get; set; } = null!;

    [Parameter]
    public bool MayAct { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private AddFreeze Add { get; set; } = null!;

    [Inject]
    private RemoveFreeze Remove { get; set; } = null!;

    [Inject]
    private ChooseTimeZone Choose { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string FromDay { get => begins.Day; set => begins.Day = value; }

    private string FromTime { get => begins.Time; set => begins.Time = value; }

    private string UntilDay { get => ends.Day; set => ends.Day = value; }

    private string UntilTime { get => ends.Time; set => ends.Time = value; }

    private TimeZoneInfo Zone => SwitchAndDeployGate.ZoneOf(Quiet.TimeZone);

    private string? Error(string field) => wrong is var (where, problem) && where == field ? problem : null;

    private void Open() => (adding, wrong, name, often, begins, ends, onceFrom, onceUntil) = (true, null, "", "weekly", ("fri", "17:00"), ("mon", "08:00"), null, null);

    private string Clock(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Zone).ToString("ddd d MMM yyyy HH:mm", CultureInfo.InvariantCulture);

    private string When(FreezeWindow freeze) => freeze switch
    {
        { Weekly: { } week } => $"every week, {Word(week.FromDay)} {week.FromTime:HH\\:mm} to {Word(week.UntilDay)} {week.UntilTime:HH\\:mm}",
        { Once: { } once } => $"{Clock(once.From)} to {Clock(once.Until)}",
        _ => "never",
    };

    private static string Word(DayOfWeek day) => day.ToString()[..3];

    private DateTimeOffset? Moment(DateTime? local, bool last) => local is { } time ? FreezeCalendar.Moment(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), Zone, last) : null;

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor =>
    {
        wrong = null;
        var wanted = often == "weekly"
            ? new NewFreeze(name, null, null, $"{FromDay} {FromTime}", $"{UntilDay} {UntilTime}")
            : new NewFreeze(name, Moment(onceFrom, last: false), Moment(onceUntil, last: true), null, null);
        switch (await Add.ExecuteAsync(actor, Tenant.Id, wanted, CancellationToken.None))
        {
            case AddFreezeResult.Added added:
                Toast.Done("Time of quiet added", added.Freeze.Name);
                return null;
            case AddFreezeResult.Invalid invalid:
                wrong = (invalid.Field, invalid.Problem);
                return "The time cannot be used like this.";
            case AddFreezeResult.NameTaken:
                wrong = ("name", "There is one of this name.");
                return "The time cannot be used like this.";
            default:
                return $"A tenant has at most {SwitchRules.MostFreezes} times of quiet.";
        }
    }, CancellationToken.None);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        await Remove.ExecuteAsync(actor, Tenant.Id, chosen!.Name, CancellationToken.None);
        return null;
    }, CancellationToken.None);

    private Task<string?> ZoneAsync() => CurrentActor.TryAsync(async actor =>
    {
        wrong = await Choose.ExecuteAsync(actor, Tenant.Id, zone.Trim(), CancellationToken.None) ? null : ("zone", "This machine knows no such zone. Try a name such as Europe/Berlin.");
        return wrong is null ? null : "The time zone stays as it was.";
    }, CancellationToken.None);
}
