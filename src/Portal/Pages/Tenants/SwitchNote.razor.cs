using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Switching;
using Portal.Switching.Window;
using Portal.Tenants;

namespace Portal.Pages.Tenants;

/// <summary>The time after a switch in which the former side is kept ready: how it went, how long still, and the one click back.</summary>
public sealed partial class SwitchNote
{
    private const int LongestReason = 500;

    private const int More = 30;

    private bool busy;
    private bool giving;
    private string? failure;

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    /// <summary>The last switch that was applied and not taken back.</summary>
    [Parameter, EditorRequired]
    public Switch? Last { get; set; }

    /// <summary>What of the old side could not take the traffic now.</summary>
    [Parameter]
    public IEnumerable<PreflightCheck> Unfit { get; set; } = [];

    [Parameter]
    public bool MayAct { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private RequestSwitch Request { get; set; } = null!;

    [Inject]
    private ExtendSwitchBack Extend { get; set; } = null!;

    [Inject]
    private GiveUpSwitchBack GiveUp { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool Open => Last is { UndoOf: null, AppliedAt: not null, SwitchBackUntil: { } until } && Last.To == Tenant.Live && until > Time.GetUtcNow();

    private async Task BackAsync()
    {
        (busy, failure) = (true, null);
        var reason = $"Switched back: {Last!.Reason}";
        // Not with the page's own token: a switch that has begun is finished, whether or not somebody still looks.
        failure = await CurrentActor.TryAsync(async actor =>
        {
            var result = await Request.ExecuteAsync(actor, Tenant, new SwitchRequest(reason.Length > LongestReason ? "Switched back" : reason), CancellationToken.None);
            if (result is SwitchResult.Applied applied)
            {
                Toast.Done(SwitchWords.Done(applied));
            }

            return SwitchWords.Refusal(result);
        }, CancellationToken.None);
        busy = false;
    }

    private async Task ExtendAsync() =>
        failure = await CurrentActor.TryAsync(async actor => Words(await Extend.ExecuteAsync(actor, Tenant.Id, null, More, CancellationToken.None)), CancellationToken.None);

    private Task<string?> GiveUpAsync() =>
        CurrentActor.TryAsync(async actor => Words(await GiveUp.ExecuteAsync(actor, Tenant.Id, CancellationToken.None)), CancellationToken.None);

    private static string? Words(ChangeSwitchBackResult result) => result switch
    {
        ChangeSwitchBackResult.Done => null,
        ChangeSwitchBackResult.NotOpen => "The way back is not open any more.",
        ChangeSwitchBackResult.Invalid invalid => invalid.Problem,
        _ => throw new InvalidOperationException($"An outcome without words: {result}."),
    };
}
