using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Switching.Checks;
using Portal.Tenants;
using RouteView = Portal.Stacks.RouteView;

namespace Portal.Pages.Switching;

/// <summary>The requests that standby must answer.</summary>
public sealed partial class CheckPanel
{
    private const int Ok = 200;

    private HttpCheck? chosen;
    private bool adding;
    private bool removing;
    private (string Field, string Problem)? wrong;
    private string name = "";
    private string host = "";
    private string path = "/";
    private int status = Ok;
    private string kind = "any";
    private string body = "";

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    [Parameter, EditorRequired]
    public ImmutableArray<HttpCheck> Checks { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<RouteView> Routes { get; set; } = [];

    [Parameter]
    public bool MayAct { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private AddHttpCheck Add { get; set; } = null!;

    [Inject]
    private RemoveHttpCheck Remove { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string? Error(string field) => wrong is var (where, problem) && where == field ? problem : null;

    private void Open() => (adding, wrong, name, host, path, status, kind, body) = (true, null, "", Routes[0].HostName, "/", Ok, "any", "");

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor =>
    {
        wrong = null;
        var wanted = new NewHttpCheck(name.Trim(), host, null, null, path.Trim(), status, kind == "contains" ? body : null, kind == "matches" ? body : null);
        switch (await Add.ExecuteAsync(actor, Tenant.Id, wanted, CancellationToken.None))
        {
            case AddHttpCheckResult.Added added:
                Toast.Done("Check added", added.Check.Name);
                return null;
            case AddHttpCheckResult.Invalid invalid:
                wrong = (invalid.Field, invalid.Problem);
                return "The check cannot be used like this.";
            case AddHttpCheckResult.NameTaken:
                wrong = ("name", "There is a check of this name.");
                return "The check cannot be used like this.";
            default:
                return $"A tenant has at most {SwitchRules.MostChecks} checks.";
        }
    }, CancellationToken.None);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        await Remove.ExecuteAsync(actor, Tenant.Id, chosen!.Name, CancellationToken.None);
        return null;
    }, CancellationToken.None);
}
