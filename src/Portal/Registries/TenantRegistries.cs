using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Docker;
using Portal.Redaction;
using Portal.Store;

namespace Portal.Registries;

/// <summary>What lets one tenant into which registry.</summary>
public sealed class RegistryKeys(ImmutableDictionary<string, RegistryCredentials> byHost)
{
    public static RegistryKeys None { get; } = new(ImmutableDictionary<string, RegistryCredentials>.Empty);

    /// <returns>Null: the tenant has none for the image's registry.</returns>
    public RegistryCredentials? For(ImageReference image) => byHost.GetValueOrDefault(RegistryHost.Of(image));
}

/// <summary>Opens a tenant's registry passwords, for those who speak to registries and for nobody else.</summary>
public sealed class TenantRegistries(PortalDbFactory databases, SecretBox box, Redactor redactor)
{
    private const string Purpose = "registry";

    public async Task<RegistryKeys> KeysAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = await db.Registries.AsNoTracking().ToListAsync(cancellationToken);
        return rows.Count == 0 ? RegistryKeys.None : new RegistryKeys(rows.ToImmutableDictionary(row => row.Host, Open));
    }

    internal byte[] Seal(Guid tenant, string password)
    {
        redactor.Learn(tenant, password);
        return box.Seal(password, Purpose);
    }

    internal RegistryCredentials Open(Registry row)
    {
        var password = box.Open(row.PasswordSealed, Purpose);
        redactor.Learn(row.TenantId, password);
        return new RegistryCredentials(row.UserName, password, row.Host);
    }
}
