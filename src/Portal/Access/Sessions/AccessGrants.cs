using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Portal.Access.Directories;

namespace Portal.Access.Sessions;

/// <summary>What a session may do: the role mappings of its groups, joined.</summary>
internal sealed record AccessGrants(bool PlatformAdministrator, ImmutableDictionary<Guid, TenantGrant> Grants)
{
    private static readonly AccessGrants LocalAdministrator = new(true, ImmutableDictionary<Guid, TenantGrant>.Empty);

    /// <summary>Equal for equal access: a page that was opened under another stamp must be opened again.</summary>
    public string Stamp
    {
        get
        {
            var text = new StringBuilder(PlatformAdministrator ? "administrator" : "person");
            foreach (var (tenant, grant) in Grants.OrderBy(pair => pair.Key))
            {
                text.Append('|').Append(tenant).Append(grant.Role).Append(grant.DeployLive);
            }

            return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 12));
        }
    }

    public static AccessGrants Of(Session session, IReadOnlyCollection<RoleMapping> mappings)
    {
        if (session.UserDn is null)
        {
            return LocalAdministrator;
        }

        var groups = session.Groups.Select(Name).ToHashSet();
        var mine = mappings.Where(mapping => groups.Contains(Name(mapping.DirectoryGroup))).ToList();
        var grants = mine
            .Where(mapping => mapping is { TenantId: not null, Role: not null })
            .GroupBy(mapping => mapping.TenantId!.Value)
            .ToImmutableDictionary(
                tenant => tenant.Key,
                tenant => tenant.Select(mapping => new TenantGrant(mapping.Role!.Value, mapping.DeployLive)).Aggregate((one, other) => one.Join(other)));
        return new AccessGrants(mine.Exists(mapping => mapping.TenantId is null), grants);
    }

    // What is no distinguished name equals only its own spelling.
    private static object Name(string text) => DistinguishedName.TryParse(text, out var name) ? name : text;
}
