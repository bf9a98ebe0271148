using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Shared;
using Portal.Switching;
using Portal.Tenants;

namespace Portal.Pages.Tenants;

/// <summary>The time after a switch in which the former side is kept ready: how it went, how long still, and the one click back.</summary>
public sealed partial class SwitchNote
{
    private bool busy;
    private string? failure;

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    /// <summary>The last switch that was applied and not taken back.</summary>
    [Parameter, EditorRequired]
    public Switch? Last { get; set; }

    [Parameter]
    public bool MayAct { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private RequestSwitch Request { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool Open => Last is { UndoOf: null, AppliedAt: not null, SwitchBackUntil: { } until } && Last.To == Tenant.Live && until > Time.GetUtcNow();

    private async Task BackAsync()
    {
        (busy, failure) = (true, null);
        try
        {
            var reason = $"Switched back: “{Last!.Reason}”";
            var result = await Request.ExecuteAsync(await CurrentActor.GetAsync(CancellationToken.None), Tenant.Id, reason.Length > 500 ? "Switched back" : reason, CancellationToken.None);
            failure = SwitchWords.Refusal(result);
            if (result is SwitchResult.Applied applied)
            {
                Toast.Done(SwitchWords.Done(applied));
            }
        }
        catch (DeniedException)
        {
            failure = "Your account may not switch this tenant any more.";
        }
        finally
        {
            busy = false;
        }
    }
}
