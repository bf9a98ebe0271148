namespace Portal.Clusters;

/// <summary>A tenant's network on a host in which its stacks outside the pair are found by name, from both sides.</summary>
public static class OutsideNetwork
{
    // No name of a tenant or a stack holds a dot: none of a stack's own networks can be called so.
    private const string Prefix = "outside.";

    public static string Name(string tenantSlug) => Prefix + tenantSlug;

    public static bool Is(string network) => network.StartsWith(Prefix, StringComparison.Ordinal);
}
