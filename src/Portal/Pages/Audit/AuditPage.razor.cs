using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Audit;
using Portal.Pages.Frame;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Pages.Audit;

/// <summary>The audit log of a tenant; without a tenant, of everything. The address holds the filter, so that it can be sent on.</summary>
public sealed partial class AuditPage
{
    private const int PageLines = 50;

    private IReadOnlyList<AuditEvent> lines = [];
    private IReadOnlyDictionary<Guid, TenantView> tenants = new Dictionary<Guid, TenantView>();
    private TenantView? tenant;
    private AuditFields fields = new();
    private AuditFields wanted = new();
    private bool found;
    private bool more;

    /// <summary>Null: all of the platform's.</summary>
    [Parameter]
    public string? Slug { get; set; }

    [SupplyParameterFromQuery]
    public string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "actor")]
    public string? By { get; set; }

    [SupplyParameterFromQuery]
    public string? Action { get; set; }

    [SupplyParameterFromQuery]
    public string? Result { get; set; }

    [SupplyParameterFromQuery]
    public string? Since { get; set; }

    [SupplyParameterFromQuery]
    public string? Until { get; set; }

    [SupplyParameterFromQuery]
    public Guid? Correlation { get; set; }

    /// <summary>Lines older than this one.</summary>
    [SupplyParameterFromQuery]
    public Guid? Before { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private AuditQueries Queries { get; set; } = null!;

    [Inject]
    private TenantQueries Tenants { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override object? Subject => (Slug, Text, By, Action, Result, Since, Until, Correlation, Before);

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Kind == "audit" && (tenant is null || note.Tenant == tenant.Id));

    private string Heading => Slug is null ? "Audit of all" : $"Audit of {tenant?.Name ?? Slug}";

    private string Path => Slug is null ? "audit" : $"tenants/{Slug}/audit";

    private bool Filtered => fields with { Correlation = null } != new AuditFields();

    protected override async Task OnParametersSetAsync()
    {
        var asked = new AuditFields
        {
            Text = Text, Actor = By, Action = Action, Result = Result, Since = AuditFields.Time(Since), Until = AuditFields.Time(Until), Correlation = Correlation,
        };
        if (asked != fields)
        {
            (fields, wanted) = (asked, asked with { });
        }

        await base.OnParametersSetAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        var actor = await CurrentActor.GetAsync(cancellation);
        tenant = Slug is null ? null : await Tenants.FindAsync(actor, Slug, cancellation);
        found = Slug is null ? actor.PlatformAdministrator : tenant is not null && actor.May(Permission.AuditRead, tenant.Id);
        if (!found)
        {
            Navigation.NotFound();
            return;
        }

        var read = await Queries.ListAsync(actor, fields.Filter(tenant?.Id, Before), PageLines + 1, cancellation);
        (lines, more) = ([.. read.Take(PageLines)], read.Count > PageLines);
        tenants = (await Tenants.ListAsync(actor, cancellation)).ToDictionary(one => one.Id);
    }

    private string? TenantOf(AuditEvent line) => line.TenantId is { } id ? tenants.GetValueOrDefault(id)?.Slug ?? id.ToString() : null;

    private void Apply() => Navigation.NavigateTo(Address(wanted with { Correlation = null }));

    private void Clear() => Navigation.NavigateTo(Address(new AuditFields()));

    private string Address(AuditFields to, Guid? before = null)
    {
        var query = to.Query();
        return Join(Path, before is { } last ? query.Append(("before", last.ToString())) : query);
    }

    private string ExportLink(string format)
    {
        var query = fields.Query().Append(("format", format));
        return Join("api/v1/audit/export", Slug is null ? query : query.Append(("tenant", Slug)));
    }

    private static string Join(string path, IEnumerable<(string Name, string Value)> query)
    {
        var text = string.Join('&', query.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
        return text.Length == 0 ? path : $"{path}?{text}";
    }
}
