namespace Portal.Store;

/// <summary>Whose rows a unit of work may see: one tenant's, or, said aloud, all of them.</summary>
public readonly record struct TenantScope
{
    private TenantScope(Guid? tenant, bool platform) => (Tenant, IsPlatform) = (tenant, platform);

    public Guid? Tenant { get; }

    /// <summary>For the portal's own loops and for platform administrators' pages.</summary>
    public bool IsPlatform { get; }

    public static TenantScope Platform { get; } = new(null, true);

    public static TenantScope Of(Guid tenant) => new(tenant, false);
}
