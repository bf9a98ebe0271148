using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>A tenant's named set of services, from the catalog or written by hand.</summary>
public sealed class Stack : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    /// <summary>It runs once for the tenant, beside the pair, and is said when the stack is made.</summary>
    public bool Outside { get; init; }
    public string? Template { get; set; }
    public string? TemplateVersion { get; set; }
    public required string Compose { get; set; }
    public string? Rancher { get; set; }
    /// <summary>The answers as sealed JSON: any of them may be a password.</summary>
    public required byte[] AnswersSealed { get; set; }
    /// <summary>Whether what died, or was changed by hand, is made anew without being asked.</summary>
    public bool Healing { get; set; } = true;
    /// <summary>How a deployment to standby moves on, as <see cref="MovingOn"/> says.</summary>
    public TimeSpan? SwitchAfter { get; set; }
    /// <summary>What both sides work on, as the stack's people say.</summary>
    public ImmutableArray<SharedThing> Shared { get; set; } = [];
    /// <summary>The files that the text names as sealed JSON; null where there are none.</summary>
    public byte[]? FilesSealed { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset? RemovedAt { get; set; }
}

/// <summary>What a service runs: the reference as written, and the digest that the registry answered for it.</summary>
/// <param name="Reference">For example <c>registry.example:5000/acme/web:2.4.0</c>.</param>
/// <param name="Digest"><c>sha256:…</c>; null only where the image exists on the host alone.</param>
public sealed record ImageChoice(string Reference, string? Digest);

/// <summary>An immutable, numbered snapshot of a stack.</summary>
public sealed class Revision : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid StackId { get; init; }
    public required int Number { get; init; }
    public required string Compose { get; init; }
    public string? Rancher { get; init; }
    public required byte[] AnswersSealed { get; init; }
    public byte[]? FilesSealed { get; init; }
    /// <summary>By service.</summary>
    public required ImmutableSortedDictionary<string, ImageChoice> Images { get; init; }
    /// <summary>Service → how many of it run, where that was set apart from the text.</summary>
    public ImmutableSortedDictionary<string, int> Replicas { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
    /// <summary>Secret name → version.</summary>
    public required ImmutableSortedDictionary<string, int> SecretVersions { get; init; }
    /// <summary>Part of every service's fingerprint: a fresh one replaces containers although nothing else differs.</summary>
    public string Nonce { get; init; } = "";
    /// <summary>Equal for two snapshots that would run the same thing.</summary>
    public required string Fingerprint { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
}

/// <summary>Which revision of a stack an environment is wanted to run. Written when a deployment succeeded.</summary>
public sealed class Placement : ITenantOwned
{
    public required Guid StackId { get; init; }
    public required Guid EnvironmentId { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid RevisionId { get; set; }
    /// <summary>At most so many of each service; null: its full size.</summary>
    public int? Scale { get; set; }
    /// <summary>The pair's generation in which <see cref="Scale"/> holds; in any other the side has its full size.</summary>
    public long? ScaleFor { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
}

/// <summary>A public host name and path, or a port of the gateway's own, that leads to a service's port on whichever colour is live.</summary>
public sealed class Route : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid StackId { get; init; }
    public required string Service { get; init; }
    public required int Port { get; init; }
    /// <summary>Empty, like <see cref="Path"/>, where <see cref="ListenPort"/> is not null.</summary>
    public required string HostName { get; init; }
    public required string Path { get; init; }
    /// <summary>The gateway's port whose TCP connections are led on as they are; null: HTTP, by host name and path.</summary>
    public int? ListenPort { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public long? MaxBodyBytes { get; set; }
    public int? TimeoutSeconds { get; set; }
    /// <summary>Requests a second from one address.</summary>
    public int? ClientRate { get; set; }
    /// <summary>Requests a second from all together.</summary>
    public int? Rate { get; set; }
    public bool Maintenance { get; set; }
    public string? RedirectTo { get; set; }
    /// <summary>Requests by HTTP are sent to HTTPS.</summary>
    public bool HttpsOnly { get; set; }
    /// <summary>How long requests wait for a replica where there is none just now; null: not at all.</summary>
    public int? HoldSeconds { get; set; }
}

public sealed class Secret : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    /// <summary>Counts up with every value, also over a removal.</summary>
    public required int Version { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
    /// <summary>Its values are gone since then.</summary>
    public DateTimeOffset? RemovedAt { get; set; }
}

public sealed class SecretVersion : ITenantOwned
{
    public required Guid SecretId { get; init; }
    public required Guid TenantId { get; init; }
    public required int Version { get; init; }
    public required byte[] ValueSealed { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
