using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Tenants.Freezing;

/// <summary>The time after a switch in which the former live side is kept for the way back: where it is written.</summary>
public static class SwitchBackWindow
{
    /// <summary>The switch whose window is open: the one that made the pair what it is.</summary>
    public static IQueryable<Switch> OpenWindow(this PortalDb db, DateTimeOffset now) =>
        from last in db.Switches
        where last.State == SwitchState.Applied && last.UndoOf == null && last.SwitchBackUntil > now && db.Pairs.Any(pair => pair.TenantId == last.TenantId && pair.Generation == last.Generation)
        select last;

    public static Task<AuditLine> ExtendAsync(PortalDb db, Switch last, DateTimeOffset until, CancellationToken cancellationToken) =>
        WriteAsync(db, last, until, until, "switchback.extended", cancellationToken);

    public static Task<AuditLine> GiveUpAsync(PortalDb db, Switch last, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(db, last, now, null, "switchback.given_up", cancellationToken);

    /// <param name="ended">On the switch: until when it was, or is, open.</param>
    /// <param name="until">On the pair; null: no window any more.</param>
    private static async Task<AuditLine> WriteAsync(PortalDb db, Switch last, DateTimeOffset ended, DateTimeOffset? until, string action, CancellationToken cancellationToken)
    {
        var before = last.SwitchBackUntil;
        last.SwitchBackUntil = ended;
        var pair = await db.Pairs.SingleAsync(cancellationToken);
        pair.KeepUntil(until);
        return new AuditLine(action, "pair", $"{last.From.Text()} → {last.To.Text()}")
        {
            Before = new { switchBackUntil = before },
            After = new { switchBackUntil = until },
            Correlation = last.Id,
            Notes = [new ChangeNote(last.TenantId, "switch", last.Id)],
        };
    }
}
