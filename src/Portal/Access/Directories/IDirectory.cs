using System.Collections.Immutable;

namespace Portal.Access.Directories;

/// <summary>How a sign-in at the directory came out. The log tells them apart; the page does not.</summary>
public enum DirectoryOutcome
{
    SignedIn,
    EmptyPassword,
    UnknownUser,
    WrongPassword,
    /// <summary>The directory knows the person and will not let them in: locked, expired, or without a password.</summary>
    Refused,
    /// <summary>The filter finds more than one entry for the name.</summary>
    Ambiguous,
    /// <summary>No usable answer: not reachable, not trusted, too slow, or the portal's own account is refused.</summary>
    Down,
}

/// <summary>A person as the directory has them.</summary>
/// <param name="Dn">Canonical distinguished name.</param>
/// <param name="Login">The name as the directory writes it, whatever case was typed.</param>
/// <param name="Groups">Canonical names of all groups, those that hold groups included, sorted.</param>
public sealed record DirectoryPerson(string Dn, string Login, string DisplayName, ImmutableArray<string> Groups);

/// <param name="Person">Set exactly when signed in.</param>
/// <param name="Detail">For the log.</param>
public sealed record DirectorySignIn(DirectoryOutcome Outcome, DirectoryPerson? Person = null, string? Detail = null);

public enum LookupOutcome { Found, Gone, Down }

/// <param name="Person">Set exactly when found.</param>
public sealed record DirectoryLookup(LookupOutcome Outcome, DirectoryPerson? Person = null, string? Detail = null);

/// <summary>Where people and their groups are kept. Never throws for what a directory can do wrong: that is an outcome.</summary>
public interface IDirectory
{
    /// <summary>Checks a name and password, and tells who that is.</summary>
    Task<DirectorySignIn> SignInAsync(string login, string password, CancellationToken cancellationToken);

    /// <summary>Looks up again somebody who signed in before. One whom the user filter no longer finds is gone.</summary>
    Task<DirectoryLookup> LookUpAsync(string dn, string login, CancellationToken cancellationToken);
}

/// <summary>No directory is configured: only the local administrator signs in, and who came from one is gone.</summary>
internal sealed class NoDirectory : IDirectory
{
    public Task<DirectorySignIn> SignInAsync(string login, string password, CancellationToken cancellationToken) =>
        Task.FromResult(new DirectorySignIn(DirectoryOutcome.UnknownUser, Detail: "no directory is configured"));

    public Task<DirectoryLookup> LookUpAsync(string dn, string login, CancellationToken cancellationToken) =>
        Task.FromResult(new DirectoryLookup(LookupOutcome.Gone, Detail: "no directory is configured"));
}
