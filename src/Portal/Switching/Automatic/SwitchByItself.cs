using System.Collections.Concurrent;
using Portal.Audit;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Automatic;

/// <summary>Switches without being asked, and tells when it would have and may not: once for each occasion, in the audit log and on the tenant's home.</summary>
public sealed class SwitchByItself(RequestSwitch request, Changes changes, ILogger<SwitchByItself> log)
{
    public const string Held = "switch.held";

    private const int LongestReason = 500;

    private readonly ConcurrentDictionary<Guid, string> told = new();

    /// <param name="loop">In whose name: <c>failover</c>.</param>
    /// <param name="occasion">What makes this one differ from the next.</param>
    /// <returns>Whether it is done.</returns>
    public async Task<bool> TryAsync(string loop, TenantKey tenant, long generation, SwitchRequest wanted, string occasion)
    {
        var actor = Actor.System(loop);
        // Without a caller's token: a switch that has begun is finished.
        var result = await request.ExecuteAsync(actor, tenant, generation, wanted with { Reason = Short(wanted.Reason!) }, CancellationToken.None);
        switch (result)
        {
            case SwitchResult.Applied applied:
                log.LogWarning("{Loop} switched {Tenant} to {Colour}: {Reason}", loop, tenant.Slug, applied.To, wanted.Reason);
                told.TryRemove(tenant.Id, out _);
                return true;
            case SwitchResult.AnotherIsOpen or SwitchResult.LiveAlready:
                // Somebody came first; what is to be done now is looked at anew.
                return false;
            case SwitchResult.Held held:
                await TellAsync(loop, tenant, wanted, occasion, held.Why.Sentence);
                return false;
            case SwitchResult.Blocked blocked:
                await TellAsync(loop, tenant, wanted, occasion, $"Standby cannot take over: {(blocked.Report.KeepsFromFailover is { } check ? $"{check.Subject}: {check.Seen}" : blocked.Report.Obstacle)}.");
                return false;
            case SwitchResult.Asked or SwitchResult.AskedAlready:
                await TellAsync(loop, tenant, wanted, occasion, "It waits for a second person's word.");
                return false;
            case SwitchResult.GatewayFailed failed:
                await TellAsync(loop, tenant, wanted, occasion, $"The gateway did not switch: {failed.Problem}");
                return false;
            default:
                throw new InvalidOperationException($"An outcome without a consequence: {result}.");
        }
    }

    /// <summary>That it would have switched, and why it did not.</summary>
    public async Task TellAsync(string loop, TenantKey tenant, SwitchRequest wanted, string occasion, string why)
    {
        var line = $"{loop} {occasion} {why}";
        if (told.GetValueOrDefault(tenant.Id) == line)
        {
            return;
        }

        log.LogError("{Loop} would switch {Tenant} and does not: {Why} ({Reason})", loop, tenant.Slug, why, wanted.Reason);
        await changes.RunAsync<bool>(
            Actor.System(loop).Demand(Permission.Switch, tenant.Id),
            _ => Task.FromResult(Changed.Of(true, new AuditLine(Held, "pair", tenant.Slug)
            {
                Result = why,
                After = new { cause = wanted.Cause, wanted.Reason, measured = wanted.Measured },
                Notes = [new ChangeNote(tenant.Id, "switch", tenant.Id)],
            })),
            CancellationToken.None);
        told[tenant.Id] = line;
    }

    private static string Short(string reason) => reason.Length <= LongestReason ? reason : reason[..(LongestReason - 1)] + "…";
}
