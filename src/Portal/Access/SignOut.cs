using Microsoft.EntityFrameworkCore;
using Portal.Access.Sessions;
using Portal.Audit;
using Portal.Store;

namespace Portal.Access;

/// <summary>Ends the caller's own session. Copies of its cookie or token die with it.</summary>
internal sealed class SignOut(Changes changes, SessionReader reader, TimeProvider clock)
{
    /// <returns>False: it had ended already.</returns>
    public async Task<bool> ExecuteAsync(Actor actor, Guid session, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = await changes.RunAsync(
            actor.Demand(Permission.OwnSession),
            async db =>
            {
                var row = await db.Sessions.SingleOrDefaultAsync(one => one.Id == session && one.UserName == actor.Name && one.EndedAt == null, cancellationToken);
                if (row is null)
                {
                    return Changed.Nothing(false);
                }

                row.EndedAt = now;
                return (true, new AuditLine("session.ended", "person", row.UserName)
                {
                    Result = "signed out",
                    Correlation = row.Id,
                    Notes = [new ChangeNote(null, SessionNotes.Kind, row.Id)],
                });
            },
            cancellationToken);
        reader.Forget();
        return ended;
    }
}
