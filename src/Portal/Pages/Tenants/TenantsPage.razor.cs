using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Clusters;
using Portal.Deployments;
using Portal.Gateway.Certificates;
using Portal.Pages.Frame;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Pages.Tenants;

/// <summary>The tenants that one sees, each with how its two sides are.</summary>
public sealed partial class TenantsPage
{
    private const int LongestSlug = 32;

    private Actor? actor;
    private IReadOnlyList<TenantView> tenants = [];
    private ILookup<Guid, StackServices> services = Array.Empty<StackServices>().ToLookup(stack => stack.TenantId);
    private IReadOnlyDictionary<Guid, DeploymentView> latest = new Dictionary<Guid, DeploymentView>();
    private IReadOnlyList<string> clusters = [];
    private IReadOnlyList<CertificateView> certificates = [];
    private bool creating;
    private bool slugTyped;
    private string name = "";
    private string slug = "";
    private string? slugError;
    private string blue = "";
    private string green = "";

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private TenantQueries Tenants { get; set; } = null!;

    [Inject]
    private ServiceQueries Services { get; set; } = null!;

    [Inject]
    private DeploymentQueries Deployments { get; set; } = null!;

    [Inject]
    private HostQueries Hosts { get; set; } = null!;

    [Inject]
    private CertificateQueries Certificates { get; set; } = null!;

    [Inject]
    private CreateTenant Create { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Kind is "tenant" or "stack" or "switch" or "deployment" or "inventory" or "host" or "certificate");

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        actor = await CurrentActor.GetAsync(cancellation);
        tenants = await Tenants.ListAsync(actor, cancellation);
        certificates = actor.PlatformAdministrator ? [.. (await Certificates.ListAsync(null, cancellation)).Where(one => one.ServedFor.Count > 0)] : [];
        services = await Services.ListAsync(actor, tenants.Select(tenant => tenant.Id), cancellation);
        latest = await Deployments.LatestAsync(actor, tenants.Select(tenant => tenant.Id), cancellation);
        if (actor.PlatformAdministrator)
        {
            clusters = [.. (await Hosts.ListAsync(actor, cancellation)).Select(host => host.Cluster).Distinct()];
            (blue, green) = (Known(blue), Known(green));
        }
    }

    private string Known(string cluster) => clusters.Contains(cluster) ? cluster : clusters is [var first, ..] ? first : "";

    private IEnumerable<ServiceView> Of(TenantView tenant) => services[tenant.Id].Where(stack => !stack.Outside).SelectMany(stack => stack.Services);

    private void SuggestSlug()
    {
        if (!slugTyped)
        {
            var letters = name.ToLowerInvariant().Select(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? letter : '-');
            slug = string.Join('-', string.Concat(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
            slug = slug.Length > LongestSlug ? slug[..LongestSlug].Trim('-') : slug;
        }
    }

    private void TypeSlug(ChangeEventArgs typed) => (slug, slugTyped, slugError) = (typed.Value?.ToString() ?? "", true, null);

    private async Task<string?> CreateAsync()
    {
        slugError = null;
        var person = await CurrentActor.GetAsync(Life);
        switch (await Create.ExecuteAsync(person, new NewTenant(slug, name, blue, green), Life))
        {
            case CreateTenantResult.Created created:
                Navigation.NavigateTo($"/tenants/{created.Tenant.Slug}");
                return null;
            case CreateTenantResult.SlugTaken:
                slugError = "Another tenant has this short name.";
                return "Another tenant has this short name.";
            case CreateTenantResult.Invalid { Field: "slug" } invalid:
                slugError = invalid.Problem;
                return "The short name cannot be used.";
            case CreateTenantResult.Invalid invalid:
                return $"{char.ToUpperInvariant(invalid.Field[0])}{invalid.Field[1..]}: {invalid.Problem}";
            default:
                throw new InvalidOperationException("An outcome without an answer.");
        }
    }
}
