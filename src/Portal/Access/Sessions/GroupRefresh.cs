using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Access.Directories;
using Portal.Audit;
using Portal.Store;

namespace Portal.Access.Sessions;

/// <summary>
/// Asks the directory again for a person's groups and writes them into their sessions. One question a person at a time in this
/// portal; two portals that ask at once write the same answer.
/// </summary>
internal sealed class GroupRefresh(IDirectory directory, PortalDbFactory databases, Changes changes, TimeProvider clock, ILogger<GroupRefresh> log)
{
    /// <summary>A directory that was down is left alone for so long, or every request would wait for it.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<Task>> running = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset restUntil = DateTimeOffset.MinValue;
    private bool down;

    /// <summary>Done when the rows are written, or when the directory had no answer and they stay as they are.</summary>
    public async Task OfAsync(string userDn, string userName)
    {
        if (clock.GetUtcNow() < restUntil)
        {
            return;
        }

        // Not the caller's token: others wait for the same answer. The directory's own timeout bounds it.
        var shared = running.GetOrAdd(userDn, dn => new Lazy<Task>(() => AskAsync(dn, userName, CancellationToken.None)));
        try
        {
            await shared.Value;
        }
        finally
        {
            running.TryRemove(new KeyValuePair<string, Lazy<Task>>(userDn, shared));
        }
    }

    private async Task AskAsync(string userDn, string userName, CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        var answer = await directory.LookUpAsync(userDn, userName, cancellationToken);
        if (answer.Outcome == LookupOutcome.Down)
        {
            restUntil = clock.GetUtcNow() + Rest;
            down = true;
            log.LogWarning("The directory does not answer ({Detail}); people keep their last known groups for a while", answer.Detail);
            return;
        }

        if (down)
        {
            down = false;
            log.LogInformation("The directory answers again");
        }

        if (answer.Outcome == LookupOutcome.Gone)
        {
            await EndAsync(userDn, userName, cancellationToken);
        }
        else
        {
            await WriteAsync(userDn, userName, answer.Person!.Groups, asked, cancellationToken);
        }
    }

    private async Task WriteAsync(string userDn, string userName, ImmutableArray<string> groups, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        await using (var db = databases.Platform())
        {
            // The time of the question, not of the answer: what changed in between is not in it.
            var open = await db.Sessions.AsNoTracking().Where(session => session.UserDn == userDn && session.EndedAt == null).ToListAsync(cancellationToken);
            if (open.TrueForAll(session => session.Groups.SequenceEqual(groups)))
            {
                await db.Sessions.Where(session => session.UserDn == userDn && session.EndedAt == null && session.GroupsCheckedAt < asked)
                    .ExecuteUpdateAsync(row => row.SetProperty(session => session.GroupsCheckedAt, asked), cancellationToken);
                return;
            }
        }

        await changes.RunAsync(
            Actor.System("group-refresh").Demand(Permission.PlatformManage),
            async db =>
            {
                var sessions = await db.Sessions.Where(session => session.UserDn == userDn && session.EndedAt == null && session.GroupsCheckedAt < asked).ToListAsync(cancellationToken);
                var before = sessions.Find(session => !session.Groups.SequenceEqual(groups))?.Groups;
                foreach (var session in sessions)
                {
                    (session.Groups, session.GroupsCheckedAt) = (groups, asked);
                }

                return before is null
                    ? Changed.Nothing(false)
                    : Changed.Of(true, new AuditLine("person.groups-changed", "person", userName)
                    {
                        Before = new { groups = before },
                        After = new { groups },
                        Notes = Notes(sessions),
                    });
            },
            cancellationToken);
    }

    private async Task EndAsync(string userDn, string userName, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = await changes.RunAsync(
            Actor.System("group-refresh").Demand(Permission.PlatformManage),
            async db =>
            {
                var sessions = await db.Sessions.Where(session => session.UserDn == userDn && session.EndedAt == null).ToListAsync(cancellationToken);
                sessions.ForEach(session => session.EndedAt = now);
                return sessions.Count == 0
                    ? Changed.Nothing(0)
                    : Changed.Of(sessions.Count, new AuditLine("session.ended", "person", userName)
                    {
                        Result = "no longer in the directory",
                        Notes = Notes(sessions),
                    });
            },
            cancellationToken);
        log.LogWarning("{Person} is no longer found in the directory; {Count} sessions ended", userName, ended);
    }

    private static List<ChangeNote> Notes(List<Session> sessions) =>
        sessions.ConvertAll(session => new ChangeNote(null, SessionNotes.Kind, session.Id));
}

internal static class SessionNotes
{
    /// <summary>A session ended, or its groups changed.</summary>
    public const string Kind = "session";
}
