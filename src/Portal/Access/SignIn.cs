using Microsoft.Extensions.Options;
using Portal.Access.Directories;
using Portal.Access.Passwords;
using Portal.Access.Sessions;
using Portal.Audit;

namespace Portal.Access;

internal enum SignInOutcome { SignedIn, EmptyPassword, UnknownUser, WrongPassword, Refused, Ambiguous, DirectoryDown, TooMany }

/// <param name="Session">Set exactly when signed in.</param>
/// <param name="Token">The API token, told this once; null for a cookie.</param>
/// <param name="RetryAfter">Set exactly when there were too many.</param>
internal sealed record SignInResult(SignInOutcome Outcome, Session? Session = null, string? Token = null, TimeSpan? RetryAfter = null)
{
    /// <summary>What the person is told: the same for all that would tell a stranger which names exist.</summary>
    public string Sentence => Outcome switch
    {
        SignInOutcome.SignedIn => "You are signed in.",
        SignInOutcome.EmptyPassword or SignInOutcome.UnknownUser or SignInOutcome.WrongPassword or SignInOutcome.Refused or SignInOutcome.Ambiguous =>
            "That name and password do not fit.",
        SignInOutcome.DirectoryDown => "The directory cannot be reached. Try again, or use the local administrator.",
        SignInOutcome.TooMany => $"Too many attempts. Try again in {Math.Ceiling(RetryAfter!.Value.TotalSeconds)} seconds.",
    };
}

/// <summary>Checks a name and password against the portal's own accounts, then the directory, and opens a session.</summary>
internal sealed class SignIn(
    LocalAccounts accounts,
    IDirectory directory,
    SignInLimiter limiter,
    Changes changes,
    TimeProvider clock,
    IOptions<AccessOptions> options,
    ILogger<SignIn> log)
{
    private const int LongestName = 64;
    private const int LongestPassword = 512;

    private readonly AccessOptions options = options.Value;

    public async Task<SignInResult> ExecuteAsync(string user, string password, SessionKind kind, string source, CancellationToken cancellationToken)
    {
        var name = Shown(user);
        if (limiter.Begin(source, name) is { } wait)
        {
            // Not audited: this is what bounds how fast strangers can make the audit trail grow.
            log.LogWarning("Sign-in of {Name} from {Source} not tried: too many failed within a minute", name, source);
            return new SignInResult(SignInOutcome.TooMany, RetryAfter: wait);
        }

        var (outcome, person, detail) = await CheckAsync(user, password, cancellationToken);
        if (outcome is SignInOutcome.SignedIn or SignInOutcome.DirectoryDown)
        {
            limiter.TakeBack(source, name);
        }

        if (outcome == SignInOutcome.SignedIn)
        {
            return await OpenAsync(person!, kind, source, cancellationToken);
        }

        Log(outcome, name, source, detail);
        await changes.RunAsync(
            Nobody(name, source).Demand(Permission.OwnSession),
            _ => Task.FromResult(Changed.Of(true, new AuditLine("session.refused", "person", name) { Result = Why(outcome) })),
            cancellationToken);
        return new SignInResult(outcome);
    }

    private async Task<(SignInOutcome Outcome, DirectoryPerson? Person, string? Detail)> CheckAsync(string user, string password, CancellationToken cancellationToken)
    {
        if (password.Length == 0)
        {
            return (SignInOutcome.EmptyPassword, null, null);
        }

        if (user.Length is 0 or > LongestName || password.Length > LongestPassword)
        {
            return (SignInOutcome.UnknownUser, null, "the name or the password is longer than any");
        }

        var local = await accounts.CheckAsync(user, password, spendTime: directory is NoDirectory, cancellationToken);
        if (local != LocalOutcome.NoSuchAccount)
        {
            return local == LocalOutcome.SignedIn
                ? (SignInOutcome.SignedIn, new DirectoryPerson("", user, "Local administrator", []), null)
                : (SignInOutcome.WrongPassword, null, "local account");
        }

        var answer = await directory.SignInAsync(user, password, cancellationToken);
        var outcome = answer.Outcome switch
        {
            DirectoryOutcome.SignedIn => SignInOutcome.SignedIn,
            DirectoryOutcome.EmptyPassword => SignInOutcome.EmptyPassword,
            DirectoryOutcome.UnknownUser => SignInOutcome.UnknownUser,
            DirectoryOutcome.WrongPassword => SignInOutcome.WrongPassword,
            DirectoryOutcome.Refused => SignInOutcome.Refused,
            DirectoryOutcome.Ambiguous => SignInOutcome.Ambiguous,
            DirectoryOutcome.Down => SignInOutcome.DirectoryDown,
        };
        return (outcome, answer.Person, answer.Detail);
    }

    private async Task<SignInResult> OpenAsync(DirectoryPerson person, SessionKind kind, string source, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var token = kind == SessionKind.Token ? SessionTokens.Make() : null;
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            Kind = kind,
            UserName = person.Login,
            DisplayName = person.DisplayName,
            UserDn = person.Dn.Length == 0 ? null : person.Dn,
            TokenHash = token is null ? null : SessionTokens.Hash(token),
            Groups = person.Groups,
            GroupsCheckedAt = now,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + (kind == SessionKind.Token ? options.TokenLifetime : options.Idle),
            Source = source,
        };
        await changes.RunAsync(
            Nobody(person.Login, source).Demand(Permission.OwnSession),
            db =>
            {
                db.Sessions.Add(session);
                return Task.FromResult(Changed.Of(true, new AuditLine("session.started", "person", person.Login)
                {
                    After = new { session.Kind, session.UserDn, session.Groups, session.ExpiresAt },
                    Correlation = session.Id,
                }));
            },
            cancellationToken);
        log.LogInformation("{Name} signed in from {Source} ({Kind})", person.Login, source, kind);
        return new SignInResult(SignInOutcome.SignedIn, session, token);
    }

    private void Log(SignInOutcome outcome, string name, string source, string? detail)
    {
        if (outcome == SignInOutcome.DirectoryDown)
        {
            log.LogError("Sign-in of {Name} from {Source} not possible: the directory gave no usable answer ({Detail})", name, source, detail);
        }
        else
        {
            log.LogWarning("Sign-in of {Name} from {Source} refused: {Why} ({Detail})", name, source, Why(outcome), detail ?? "no detail");
        }
    }

    private static string Why(SignInOutcome outcome) => outcome switch
    {
        SignInOutcome.EmptyPassword => "empty password",
        SignInOutcome.UnknownUser => "unknown user",
        SignInOutcome.WrongPassword => "wrong password",
        SignInOutcome.Refused => "refused by the directory: locked, expired or without a password",
        SignInOutcome.Ambiguous => "several directory entries have this name",
        SignInOutcome.DirectoryDown => "directory down",
        SignInOutcome.SignedIn or SignInOutcome.TooMany => throw new InvalidOperationException($"{outcome} is not a refusal."),
    };

    /// <summary>Somebody of this name who was granted nothing: signing in is the one thing they do.</summary>
    private static Actor Nobody(string name, string source) => Actor.Nobody(source) with { Name = name };

    /// <summary>What was typed, fit for logs and the audit trail.</summary>
    private static string Shown(string user)
    {
        var text = new string([.. user.Where(letter => !char.IsControl(letter) && !char.IsSurrogate(letter)).Take(LongestName)]).Trim();
        return text.Length == 0 ? "(no name)" : text;
    }
}
