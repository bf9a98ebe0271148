using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Portal.Store;

namespace Portal.Access.Sessions;

/// <summary>
/// Finds the session behind a cookie or token and what it grants now. An answer is kept for a second at most. Groups that are
/// too old are looked up before anything is granted on them.
/// </summary>
internal sealed class SessionReader(PortalDbFactory databases, GroupRefresh groups, TimeProvider clock, IOptions<AccessOptions> options) : IDisposable
{
    private const int MostKept = 10_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SeenStep = TimeSpan.FromMinutes(1);

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MostKept });
    private readonly AccessOptions options = options.Value;

    /// <param name="inUse">False for a page that only watches: it keeps no session alive.</param>
    /// <returns>Null: ended, expired, or its groups cannot be vouched for any more.</returns>
    public Task<SessionView?> ByIdAsync(Guid id, bool inUse, CancellationToken cancellationToken) =>
        kept.TryGetValue<SessionView>(id, out var view)
            ? Task.FromResult(view)
            : ReadAsync(session => session.Id == id && session.Kind == SessionKind.Cookie, id, inUse, cancellationToken);

    public Task<SessionView?> ByTokenAsync(string token, CancellationToken cancellationToken)
    {
        var hash = SessionTokens.Hash(token);
        var key = Convert.ToHexString(hash);
        return kept.TryGetValue<SessionView>(key, out var view)
            ? Task.FromResult(view)
            : ReadAsync(session => session.TokenHash == hash, key, inUse: true, cancellationToken);
    }

    /// <summary>Forgets what is kept, so that an end in this portal shows at once.</summary>
    public void Forget() => kept.Clear();

    public void Dispose() => kept.Dispose();

    private async Task<SessionView?> ReadAsync(System.Linq.Expressions.Expression<Func<Session, bool>> which, object key, bool inUse, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var session = await OpenAsync(db, which, cancellationToken);
        if (session is { UserDn: not null } && clock.GetUtcNow() - session.GroupsCheckedAt > options.GroupsStaleAfter)
        {
            await groups.OfAsync(session.UserDn, session.UserName);
            session = await OpenAsync(db, which, cancellationToken);
            if (session is not null && clock.GetUtcNow() - session.GroupsCheckedAt > options.DirectoryGrace)
            {
                return null;
            }
        }

        if (session is null)
        {
            return null;
        }

        var mappings = await db.RoleMappings.AsNoTracking().ToListAsync(cancellationToken);
        var view = new SessionView(session, AccessGrants.Of(session, mappings));
        kept.Set(key, view, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = KeptFor, Size = 1 });
        if (inUse)
        {
            await SeenAsync(db, session, cancellationToken);
        }

        return view;
    }

    private Task<Session?> OpenAsync(PortalDb db, System.Linq.Expressions.Expression<Func<Session, bool>> which, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return db.Sessions.AsNoTracking().Where(which).SingleOrDefaultAsync(session => session.EndedAt == null && session.ExpiresAt > now, cancellationToken);
    }

    /// <summary>Use moves a cookie's end; a token's stands.</summary>
    private async Task SeenAsync(PortalDb db, Session session, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now - session.LastSeenAt < SeenStep)
        {
            return;
        }

        var last = session.CreatedAt + options.Longest;
        var expires = session.Kind == SessionKind.Token ? session.ExpiresAt : now + options.Idle < last ? now + options.Idle : last;
        await db.Sessions.Where(row => row.Id == session.Id && row.EndedAt == null).ExecuteUpdateAsync(
            row => row.SetProperty(one => one.LastSeenAt, now).SetProperty(one => one.ExpiresAt, expires),
            cancellationToken);
    }
}
