using Microsoft.AspNetCore.Components;
using Portal.Gateway.Certificates;
using Portal.Pages.Shared;
using Portal.Store;

namespace Portal.Pages.Certificates;

/// <summary>A tenant's certificates, and what each of its host names is answered with.</summary>
public sealed partial class CertificatesPage
{
    private IReadOnlyList<CertificateView> certificates = [];
    private IReadOnlyList<HostCertificate> hosts = [];

    [Inject]
    private CertificateQueries Queries { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    private string EmptyText => (hosts.Count, May(Permission.CertificateManage)) switch
    {
        (0, _) => "A certificate is served for the host names of routes, and this tenant has no route yet.",
        (_, true) => "Add one with its private key, and the gateway answers by HTTPS for your host names at once.",
        _ => "An owner can add one, and the gateway answers by HTTPS for your host names at once.",
    };

    protected override bool Concerns(ChangeNote note) => note.Kind is "certificate" or "route" or "stack";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        certificates = await Queries.ListAsync(Here.Id, cancellation);
        hosts = await Queries.HostsAsync(Here.Id, cancellation);
        return true;
    }

    private static string Whose(HostCertificate host) => host.Whose switch
    {
        CertificateOf.Nobody => "none",
        CertificateOf.Tenant => host.Certificate!,
        CertificateOf.Platform => $"{host.Certificate}, the platform's",
        CertificateOf.OtherTenant => "another tenant's, which had this host name first",
    };

    private StatusKind Kind(HostCertificate host) => host.NotAfter switch
    {
        null => StatusKind.Idle,
        { } end => CertificateWords.Kind(CertificateExpiry.Level(end, Clock.GetUtcNow())),
    };

    private string Word(HostCertificate host) => host.NotAfter switch
    {
        null => "not available",
        { } end when end <= Clock.GetUtcNow() => "expired",
        { } end => $"until {CertificateWords.Date(end)}",
    };
}
