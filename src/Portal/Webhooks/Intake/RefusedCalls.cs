using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Microsoft.Extensions.Options;

namespace Portal.Webhooks.Intake;

/// <summary>
/// Keeps calls that were refused before anybody vouched for them. Apart from the answer, so that a known id takes no longer
/// than an unknown one; and bounded, because strangers send them.
/// </summary>
public sealed class RefusedCalls(KnownHooks hooks, Deliveries deliveries, HookLimits limits, IOptions<WebhookOptions> options, ILogger<RefusedCalls> log) : BackgroundService
{
    private const int Waiting = 1000;

    private readonly Channel<(HookCall Call, int Status, string Reason)> queue =
        Channel.CreateBounded<(HookCall, int, string)>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Returns at once. Calls of ids that nobody has are forgotten.</summary>
    public void Note(HookCall call, int status, string reason)
    {
        if (call.HookId is { } id && limits.MayKeepRefusal(id))
        {
            queue.Writer.TryWrite((call, status, reason));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (call, status, reason) in queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await KeepAsync(call, status, reason, stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or DbUpdateException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(error, "A refused call of webhook {Hook} could not be kept", call.HookId);
            }
        }
    }

    private async Task KeepAsync(HookCall call, int status, string reason, CancellationToken cancellationToken)
    {
        var (hook, _) = await hooks.FindAsync(call.HookId, cancellationToken);
        if (hook is null)
        {
            return;
        }

        var draft = new DeliveryDraft(hook, call);
        draft.Check(reason);
        await deliveries.KeepAsync(KnownHook.Doorkeeper(call.Source), draft, draft.End(DeliveryDecision.Refused, reason, status, longestBody: options.Value.LargestRefusedBody), cancellationToken);
    }
}
