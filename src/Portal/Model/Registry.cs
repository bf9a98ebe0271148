namespace Portal.Model;

/// <summary>A tenant's way into a registry of images.</summary>
public sealed class Registry : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    /// <summary>As the first part of an image's name, in lower case; one of each for a tenant.</summary>
    public required string Host { get; init; }
    public required string UserName { get; set; }
    public required byte[] PasswordSealed { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; set; }
}
