using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Deployments;
using Portal.Pages.Shared;
using Portal.Switching;
using Portal.Tenants;

namespace Portal.Pages.Tenants;

/// <summary>What stands between the two sides: how they differ, whether standby may take over, and the switch itself.</summary>
public sealed partial class SwitchBetween
{
    private bool open;

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    /// <summary>Null while nothing is there that could be switched.</summary>
    [Parameter, EditorRequired]
    public PreflightReport? Report { get; set; }

    [Parameter, EditorRequired]
    public IReadOnlyList<StackServices> Stacks { get; set; } = [];

    [Parameter]
    public bool MayAct { get; set; }

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

    // Not with the page's own token: a switch that has begun is finished, whether or not somebody still looks.
    private async Task<string?> SwitchAsync(string reason)
    {
        var result = await Request.ExecuteAsync(await CurrentActor.GetAsync(CancellationToken.None), Tenant, reason, CancellationToken.None);
        if (result is SwitchResult.Applied applied)
        {
            Toast.Done(SwitchWords.Done(applied));
        }

        return SwitchWords.Refusal(result);
    }
}
