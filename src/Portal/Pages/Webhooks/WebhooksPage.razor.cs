using Microsoft.AspNetCore.Components;
using Portal.Pages.Frame;
using Portal.Stacks;
using Portal.Store;
using Portal.Webhooks;
using Portal.Webhooks.Intake;

namespace Portal.Pages.Webhooks;

/// <summary>The tenant's receivers, and what was called lately.</summary>
public sealed partial class WebhooksPage
{
    private const int Recent = 12;

    private IReadOnlyList<WebhookView> hooks = [];
    private IReadOnlyList<DeliveryView> deliveries = [];
    private IReadOnlyList<string> stacks = [];
    private IReadOnlySet<string> outside = new HashSet<string>();
    private Told? told;
    private bool mayManage;
    private bool creating;
    private string name = "";
    private string stack = "";
    private string tags = "";
    private DeployTarget target = DeployTarget.Standby;
    private bool thenSwitch;
    private readonly HashSet<string> chosen = new(StringComparer.Ordinal);
    private IReadOnlyList<StackServiceView> services = [];

    [Inject]
    private WebhookQueries Queries { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private StackServiceQueries Services { get; set; } = null!;

    [Inject]
    private StackImages Images { get; set; } = null!;

    [Inject]
    private CreateWebhook Create { get; set; } = null!;

    /// <summary>A new webhook with its secret, until the page is left: nowhere else is it in clear.</summary>
    private sealed record Told(Guid Id, string Name, string Secret, HookExample Example);

    private string EmptyText => stacks.Count == 0 ? "A webhook deploys a stack, and there is none yet." : mayManage ? "Make one, and give its address and secret to the CI job that pushes the image." : "A developer can make one here.";

    private string EmptyButton => stacks.Count == 0 ? "Open the catalog" : "New webhook";

    private EventCallback CreateOrNothing => mayManage && stacks.Count > 0 ? EventCallback.Factory.Create(this, OpenAsync) : default;

    private IReadOnlyList<string> ServicesOfStack => [.. services.Where(one => one.Stack == stack).Select(one => one.Service)];

    private IEnumerable<DeployTarget> Targets => May(Permission.DeployLive) ? Enum.GetValues<DeployTarget>() : [DeployTarget.Standby];

    private bool MaySwitch => target == DeployTarget.Standby && May(Permission.Switch);

    private string TargetHelp => !May(Permission.DeployLive)
        ? "Only standby: a webhook that reaches live is made by somebody who may deploy there."
        : target switch
        {
            DeployTarget.Standby => "Nobody is sent there until the tenant switches.",
            DeployTarget.Live => "Whoever has the secret deploys to where the public is.",
            DeployTarget.Both => "Standby first, then live if that went well. A call may ask for one of them.",
            _ => "This side, whichever part it plays at the time.",
        };

    protected override bool Concerns(ChangeNote note) => note.Kind is "webhook" or "delivery" or "planned-switch" or "deployment" or "stack" or "tenant";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        mayManage = May(Permission.WebhookManage);
        hooks = await Queries.ListAsync(Here.Id, null, cancellation);
        deliveries = await Queries.DeliveriesAsync(Here.Id, null, Recent, cancellation);
        var all = await Stacks.ListAsync(Here.Id, cancellation);
        outside = all.Where(one => one.Outside).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        // What is outside the pair is live at once.
        stacks = [.. all.Where(one => !one.Outside || May(Permission.DeployLive)).Select(one => one.Name)];
        stack = stacks.Contains(stack) ? stack : stacks is [var first, ..] ? first : "";
        return true;
    }

    // Read when they are asked for: deliveries come often, and reading every stack for each of them would be wasted.
    private async Task OpenAsync()
    {
        services = await Services.ListAsync(Here.Id, Life);
        Aim();
        creating = true;
    }

    private void Aim() => target = outside.Contains(stack) ? DeployTarget.Live : DeployTarget.Standby;

    private void Choose(string service, bool wanted)
    {
        if (wanted)
        {
            chosen.Add(service);
        }
        else
        {
            chosen.Remove(service);
        }
    }

    private Task<string?> CreateAsync() => CurrentActor.TryAsync(async actor =>
    {
        string[] mine = [.. ServicesOfStack.Where(chosen.Contains)];
        switch (await Create.ExecuteAsync(actor, Here.Id, new NewWebhook(name, stack, target, mine, tags, MaySwitch && thenSwitch), Life))
        {
            case CreateWebhookResult.Created created:
                var of = (await Stacks.FindAsync(Here.Id, stack, Life))!;
                told = new Told(created.WebhookId, name.Trim(), created.Secret, HookExample.Of(await Images.ReadAsync(Here.Id, of.Id, Life), mine));
                (name, tags, target, thenSwitch) = ("", "", DeployTarget.Standby, false);
                chosen.Clear();
                Refresh();
                return null;
            case CreateWebhookResult.Invalid invalid:
                return invalid.Problem;
            case CreateWebhookResult.NameTaken:
                return $"The tenant has a webhook {name.Trim()} already.";
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, Life);

    private string AddressOf(Guid id) => $"{Navigation.BaseUri}hooks/{id}";
}
