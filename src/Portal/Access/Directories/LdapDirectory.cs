using System.Collections.Immutable;
using System.DirectoryServices.Protocols;
using System.Net;
using Microsoft.Extensions.Options;

namespace Portal.Access.Directories;

/// <summary>
/// Search, then bind as the entry found. The library blocks and one of its steps (the TLS handshake) knows no timeout, so each
/// exchange runs beside its caller, at most <see cref="AtOnce"/> of them: a silent server costs that many threads and no more.
/// </summary>
internal sealed class LdapDirectory(LdapConnections connections, IOptions<DirectoryOptions> options, TimeProvider clock, ILogger<LdapDirectory> log) : IDirectory, IDisposable
{
    private const int AtOnce = 8;
    private const int NamesInOneFilter = 50;
    private const int InvalidCredentials = 49;

    private readonly DirectoryOptions options = options.Value;
    private readonly SemaphoreSlim places = new(AtOnce);

    public Task<DirectorySignIn> SignInAsync(string login, string password, CancellationToken cancellationToken) =>
        // A bind without a password succeeds as nobody (RFC 4513, 5.1.2): it must never be asked for.
        password.Length == 0
            ? Task.FromResult(new DirectorySignIn(DirectoryOutcome.EmptyPassword))
            : RunAsync(() => SignIn(login, password), detail => new DirectorySignIn(DirectoryOutcome.Down, Detail: detail), cancellationToken);

    public Task<DirectoryLookup> LookUpAsync(string dn, string login, CancellationToken cancellationToken) =>
        RunAsync(() => LookUp(dn, login), detail => new DirectoryLookup(LookupOutcome.Down, Detail: detail), cancellationToken);

    public void Dispose() => places.Dispose();

    private DirectorySignIn SignIn(string login, string password)
    {
        using var search = connections.OpenForSearch();
        var entries = Search(search, options.UserBase, LdapFilter.User(options.UserFilter, login), SearchScope.Subtree, sizeLimit: 2);
        if (entries.Count > 1)
        {
            return new DirectorySignIn(DirectoryOutcome.Ambiguous);
        }

        if (entries.Count == 0)
        {
            // Takes as long as a wrong password, so that time does not tell which names exist.
            Bind($"{options.LoginAttribute}=nobody-at-all,{options.UserBase}", password);
            return new DirectorySignIn(DirectoryOutcome.UnknownUser);
        }

        var (outcome, detail) = Bind(entries[0].DistinguishedName, password);
        return outcome == DirectoryOutcome.SignedIn
            ? new DirectorySignIn(outcome, Person(search, entries[0], login))
            : new DirectorySignIn(outcome, Detail: detail);
    }

    private DirectoryLookup LookUp(string dn, string login)
    {
        using var search = connections.OpenForSearch();
        var entries = Search(search, dn, LdapFilter.User(options.UserFilter, login), SearchScope.Base, sizeLimit: 1);
        return entries.Count == 0
            ? new DirectoryLookup(LookupOutcome.Gone)
            : new DirectoryLookup(LookupOutcome.Found, Person(search, entries[0], login));
    }

    private (DirectoryOutcome Outcome, string? Detail) Bind(string dn, string password)
    {
        using var connection = connections.Open();
        try
        {
            connection.Bind(new NetworkCredential(dn, password));
            return (DirectoryOutcome.SignedIn, null);
        }
        catch (LdapException refusal) when (refusal.ErrorCode == InvalidCredentials)
        {
            return (DirectoryOutcome.WrongPassword, refusal.ServerErrorMessage);
        }
        catch (LdapException refusal) when (IsRefusal((ResultCode)refusal.ErrorCode))
        {
            return (DirectoryOutcome.Refused, $"{(ResultCode)refusal.ErrorCode} {refusal.ServerErrorMessage}");
        }
        catch (DirectoryOperationException refusal) when (refusal.Response is { } response && IsRefusal(response.ResultCode))
        {
            return (DirectoryOutcome.Refused, $"{response.ResultCode} {response.ErrorMessage}");
        }
    }

    private static bool IsRefusal(ResultCode code) =>
        code is ResultCode.UnwillingToPerform or ResultCode.InappropriateAuthentication or ResultCode.ConstraintViolation or ResultCode.InsufficientAccessRights;

    private DirectoryPerson Person(LdapConnection search, SearchResultEntry entry, string login)
    {
        var found = GroupWalk.Climb(entry.DistinguishedName, Values(entry, options.MemberOfAttribute), members => Around(search, members));
        if (!found.Complete)
        {
            log.LogWarning("The groups of {Person} go beyond {Levels} levels or {Most} groups; what is beyond gives no access", entry.DistinguishedName, GroupWalk.Levels, GroupWalk.Most);
        }

        var name = Values(entry, options.LoginAttribute).FirstOrDefault() ?? login;
        var display = Values(entry, options.DisplayNameAttribute).Concat(Values(entry, "cn")).FirstOrDefault() ?? name;
        return new DirectoryPerson(DistinguishedName.Canonical(entry.DistinguishedName), name, display, [.. found.Groups]);
    }

    /// <summary>The groups that hold any of the entries, and the groups that those name themselves.</summary>
    private IEnumerable<string> Around(LdapConnection search, IReadOnlyList<string> members)
    {
        foreach (var some in members.Chunk(NamesInOneFilter))
        {
            foreach (var group in Search(search, options.GroupBase, LdapFilter.Groups(options.GroupFilter, some), SearchScope.Subtree, GroupWalk.Most))
            {
                yield return group.DistinguishedName;
                foreach (var outer in Values(group, options.MemberOfAttribute))
                {
                    yield return outer;
                }
            }
        }
    }

    private List<SearchResultEntry> Search(LdapConnection connection, string root, string filter, SearchScope scope, int sizeLimit)
    {
        string[] attributes = [options.LoginAttribute, options.DisplayNameAttribute, "cn", options.MemberOfAttribute];
        var request = new SearchRequest(root, filter, scope, [.. attributes.Where(attribute => attribute.Length > 0)])
        {
            SizeLimit = sizeLimit,
            TimeLimit = options.Timeout,
        };
        try
        {
            return [.. ((SearchResponse)connection.SendRequest(request)).Entries.Cast<SearchResultEntry>()];
        }
        catch (DirectoryOperationException limited) when (limited.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } partial)
        {
            return [.. partial.Entries.Cast<SearchResultEntry>()];
        }
        catch (DirectoryOperationException missing) when (scope == SearchScope.Base && missing.Response is { ResultCode: ResultCode.NoSuchObject })
        {
            return [];
        }
    }

    private static ImmutableArray<string> Values(SearchResultEntry entry, string attribute) =>
        attribute.Length > 0 && entry.Attributes.Contains(attribute)
            ? [.. entry.Attributes[attribute].GetValues(typeof(string)).Cast<string>()]
            : [];

    private async Task<T> RunAsync<T>(Func<T> exchange, Func<string, T> down, CancellationToken cancellationToken)
    {
        if (!await places.WaitAsync(options.Timeout, cancellationToken))
        {
            return down($"{AtOnce} exchanges wait for an answer already");
        }

        var running = Task.Run(() => Guarded(exchange, down), CancellationToken.None);
        _ = running.ContinueWith(_ => places.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            return await running.WaitAsync(options.Timeout * 2, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return down($"no answer within {options.Timeout * 2}");
        }
    }

    private static T Guarded<T>(Func<T> exchange, Func<string, T> down)
    {
        try
        {
            return exchange();
        }
        catch (LdapException error)
        {
            return down($"{error.Message} {error.ServerErrorMessage}".Trim());
        }
        catch (DirectoryOperationException error)
        {
            // A TLS failure comes as this too, without a response.
            return down($"{error.Response?.ResultCode} {error.Message} {error.Response?.ErrorMessage}".Trim());
        }
    }
}
