using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Store;

namespace Portal.Access.Passwords;

internal enum LocalOutcome { NoSuchAccount, WrongPassword, SignedIn }

/// <summary>The portal's own accounts: the way in when the directory is down.</summary>
internal sealed class LocalAccounts(PortalDbFactory databases)
{
    // PBKDF2 with HMAC-SHA-512, salted; compared in constant time.
    private static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));
    private static readonly string NobodysHash = Hash(Guid.NewGuid().ToString());

    public static string Hash(string password) => Hasher.HashPassword("", password);

    /// <summary>An unknown name takes as long as a wrong password.</summary>
    public async Task<LocalOutcome> CheckAsync(string name, string password, bool spendTime, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var hash = await db.LocalAccounts.Where(account => account.Name == name).Select(account => account.PasswordHash).SingleOrDefaultAsync(cancellationToken);
        if (hash is null && !spendTime)
        {
            return LocalOutcome.NoSuchAccount;
        }

        var right = Hasher.VerifyHashedPassword("", hash ?? NobodysHash, password) != PasswordVerificationResult.Failed;
        return hash is null ? LocalOutcome.NoSuchAccount : right ? LocalOutcome.SignedIn : LocalOutcome.WrongPassword;
    }
}
