using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Store;

namespace Portal.Access.Passwords;

/// <summary>Section <c>Portal</c>.</summary>
public sealed class FirstAdministratorOptions
{
    /// <summary>The local administrator's password at the first start; absent: a random one, printed once.</summary>
    public string? FirstAdministratorPassword { get; set; }
}

internal sealed class FirstAdministratorValidator : IValidateOptions<FirstAdministratorOptions>
{
    private const int Shortest = 10;

    public ValidateOptionsResult Validate(string? name, FirstAdministratorOptions options) =>
        options.FirstAdministratorPassword is { Length: < Shortest }
            ? ValidateOptionsResult.Fail($"Portal:FirstAdministratorPassword must have at least {Shortest} characters.")
            : ValidateOptionsResult.Success;
}

/// <summary>Makes the local administrator on a database that has none.</summary>
internal sealed class FirstAdministrator(
    PortalDbFactory databases,
    Changes changes,
    TimeProvider clock,
    IOptions<FirstAdministratorOptions> options,
    ILogger<FirstAdministrator> log) : IHostedService
{
    public const string Name = "admin";
    private const int RandomBytes = 18;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var db = databases.Platform())
        {
            if (await db.LocalAccounts.AnyAsync(account => account.Name == Name, cancellationToken))
            {
                return;
            }
        }

        var given = options.Value.FirstAdministratorPassword;
        var password = given ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        if (!await CreateAsync(password, cancellationToken))
        {
            return;
        }

        if (given is null)
        {
            log.LogWarning("First start: sign in as '{Name}' with the password {Password} (printed this once)", Name, password);
        }
        else
        {
            log.LogInformation("First start: sign in as '{Name}' with the configured password", Name);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> CreateAsync(string password, CancellationToken cancellationToken)
    {
        var permit = Actor.System("first-start").Demand(Permission.PlatformManage);
        try
        {
            return await changes.RunAsync(
                permit,
                db =>
                {
                    db.LocalAccounts.Add(new LocalAccount { Name = Name, PasswordHash = LocalAccounts.Hash(password), CreatedAt = clock.GetUtcNow() });
                    return Task.FromResult(Changed.Of(true, new AuditLine("local-account.created", "local-account", Name)));
                },
                cancellationToken);
        }
        catch (ConflictException)
        {
            // Another portal on the same database was first, and printed its password.
            return false;
        }
    }
}
