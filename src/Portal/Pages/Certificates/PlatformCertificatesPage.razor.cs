using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Gateway.Certificates;
using Portal.Pages.Frame;
using Portal.Store;

namespace Portal.Pages.Certificates;

/// <summary>The certificates that serve all tenants.</summary>
public sealed partial class PlatformCertificatesPage
{
    private IReadOnlyList<CertificateView> certificates = [];
    private bool found;

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private CertificateQueries Queries { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Kind is "certificate" or "route");

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        found = (await CurrentActor.GetAsync(cancellation)).PlatformAdministrator;
        if (!found)
        {
            Navigation.NotFound();
            return;
        }

        certificates = await Queries.ListAsync(null, cancellation);
    }
}
