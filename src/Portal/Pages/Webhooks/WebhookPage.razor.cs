using Microsoft.AspNetCore.Components;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;
using Portal.Webhooks;
using Portal.Webhooks.Intake;

namespace Portal.Pages.Webhooks;

/// <summary>One receiver: its calls, how to call it, and what can be done with it.</summary>
public sealed partial class WebhookPage
{
    private const int Step = 50;
    private const int Longest = 200;

    private WebhookView? hook;
    private IReadOnlyList<DeliveryView> deliveries = [];
    private HookExample example = HookExample.Of(null, []);
    private string? secret;
    private int most = Step;
    private bool mayOpen;
    private bool rotating;
    private bool disabling;
    private bool enabling;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private WebhookQueries Queries { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private StackImages Images { get; set; } = null!;

    [Inject]
    private RotateWebhook Rotate { get; set; } = null!;

    [Inject]
    private EnableWebhook Enable { get; set; } = null!;

    [Inject]
    private DisableWebhook Disable { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    protected override object? Subject => (Slug, Id);

    private string Address => $"{Navigation.BaseUri}hooks/{Id}";

    protected override bool Concerns(ChangeNote note) => note.Kind is "webhook" or "delivery" or "planned-switch" or "deployment" or "tenant";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        hook = await Queries.FindAsync(Here.Id, Id, cancellation);
        if (hook is null)
        {
            return false;
        }

        mayOpen = May(Permission.WebhookManage) && (hook.Target == DeployTarget.Standby || May(Permission.DeployLive)) && (!hook.ThenSwitch || May(Permission.Switch));
        deliveries = await Queries.DeliveriesAsync(Here.Id, Id, most, cancellation);
        if (await Stacks.FindAsync(Here.Id, hook.Stack, cancellation) is { } stack)
        {
            example = HookExample.Of(await Images.ReadAsync(Here.Id, stack.Id, cancellation), hook.Services);
        }

        return true;
    }

    private Task MoreAsync()
    {
        most = Math.Min(most + Step, Longest);
        Refresh();
        return Task.CompletedTask;
    }

    private Task<string?> RotateAsync() => CurrentActor.TryAsync(async actor =>
    {
        secret = await Rotate.ExecuteAsync(actor, Here.Id, Id, Life);
        Refresh();
        return secret is null ? "The webhook is gone." : null;
    }, Life);

    private Task<string?> SetAsync(bool enabled) => CurrentActor.TryAsync(async actor =>
    {
        var done = enabled ? await Enable.ExecuteAsync(actor, Here.Id, Id, Life) : await Disable.ExecuteAsync(actor, Here.Id, Id, Life);
        if (!done)
        {
            return "The webhook is gone.";
        }

        Toast.Done(enabled ? "Webhook enabled" : "Webhook disabled", hook!.Name);
        Refresh();
        return null;
    }, Life);
}
