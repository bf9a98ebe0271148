using System.Collections.Immutable;
using System.Globalization;

namespace Portal.Clusters;

/// <summary>What a container says of itself: enough to know, after any crash, whose it is and what it should be.</summary>
/// <param name="Probe">How its health is found out.</param>
/// <param name="Revision">The number of the revision that made it; a later one that changes nothing for it keeps it.</param>
public sealed record ReplicaLabels(
    Guid Tenant,
    string TenantSlug,
    Colour Colour,
    string Stack,
    string Service,
    int Index,
    int Revision,
    Guid Deployment,
    string Fingerprint,
    Health.ProbeRule Probe)
{
    public const string TenantKey = "portal.tenant";
    public const string ColourKey = "portal.environment";
    public const string StackKey = "portal.stack";
    private const string SlugKey = "portal.tenant.name";
    private const string ServiceKey = "portal.service";
    private const string IndexKey = "portal.replica";
    private const string RevisionKey = "portal.revision";
    private const string DeploymentKey = "portal.deployment";
    private const string FingerprintKey = "portal.fingerprint";
    private const string ProbeKey = "portal.probe";

    public ImmutableSortedDictionary<string, string> ToLabels() => new Dictionary<string, string>
    {
        [TenantKey] = Tenant.ToString(),
        [SlugKey] = TenantSlug,
        [ColourKey] = Colour.Text(),
        [StackKey] = Stack,
        [ServiceKey] = Service,
        [IndexKey] = Index.ToString(CultureInfo.InvariantCulture),
        [RevisionKey] = Revision.ToString(CultureInfo.InvariantCulture),
        [DeploymentKey] = Deployment.ToString(),
        [FingerprintKey] = Fingerprint,
        [ProbeKey] = Probe.ToText(),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Null where the container is not one of ours, or its labels were made by something else.</summary>
    public static ReplicaLabels? Read(IReadOnlyDictionary<string, string> labels) =>
        labels.TryGetValue(TenantKey, out var tenantText) && Guid.TryParse(tenantText, out var tenant)
        && labels.TryGetValue(SlugKey, out var slug)
        && labels.TryGetValue(ColourKey, out var colourText) && Colours.TryParse(colourText, out var colour)
        && labels.TryGetValue(StackKey, out var stack)
        && labels.TryGetValue(ServiceKey, out var service)
        && labels.TryGetValue(IndexKey, out var indexText) && int.TryParse(indexText, CultureInfo.InvariantCulture, out var index)
        && labels.TryGetValue(RevisionKey, out var revisionText) && int.TryParse(revisionText, CultureInfo.InvariantCulture, out var revision)
        && labels.TryGetValue(DeploymentKey, out var deploymentText) && Guid.TryParse(deploymentText, out var deployment)
        && labels.TryGetValue(FingerprintKey, out var fingerprint)
        && labels.TryGetValue(ProbeKey, out var probeText) && Health.ProbeRule.TryRead(probeText) is { } probe
            ? new ReplicaLabels(tenant, slug, colour, stack, service, index, revision, deployment, fingerprint, probe)
            : null;
}
