using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>One row of the portal's own table: members of this directory group have this role in this tenant.</summary>
public sealed class RoleMapping
{
    public required Guid Id { get; init; }
    /// <summary>The group's distinguished name, compared as directory names are: without regard to case and spacing.</summary>
    public required string DirectoryGroup { get; init; }
    /// <summary>Null: the group's members are platform administrators.</summary>
    public Guid? TenantId { get; init; }
    public Role? Role { get; init; }
    public bool DeployLive { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The way in when the directory is down.</summary>
public sealed class LocalAccount
{
    public required string Name { get; init; }
    public required string PasswordHash { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}

public enum SessionKind { Cookie, Token }

/// <summary>A sign-in that is still good: a browser's cookie or an API token. Ended here, it is ended everywhere.</summary>
public sealed class Session
{
    public required Guid Id { get; init; }
    public required SessionKind Kind { get; init; }
    public required string UserName { get; init; }
    public required string DisplayName { get; init; }
    /// <summary>Null for the local administrator.</summary>
    public string? UserDn { get; init; }
    /// <summary>SHA-256 of a token; null for a cookie, which carries the id under data protection.</summary>
    public byte[]? TokenHash { get; init; }
    public required ImmutableArray<string> Groups { get; set; }
    public required DateTimeOffset GroupsCheckedAt { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset LastSeenAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public required string Source { get; init; }
}
