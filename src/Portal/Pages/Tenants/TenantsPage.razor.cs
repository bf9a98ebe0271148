using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Clusters;
using Portal.Deployments;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Pages.Stacks;
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
    private CreateTenant Create { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Kind is "tenant" or "stack" or "switch" or "deployment" or "inventory" or "host");

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        actor = await CurrentActor.GetAsync(cancellation);
        tenants = await Tenants.ListAsync(actor, cancellation);
        services = await Services.ListAsync(actor, tenants.Select(tenant => tenant.Id), cancellation);
        latest = await Deployments.LatestAsync(actor, tenants.Select(tenant => tenant.Id), cancellation);
        if (actor.PlatformAdministrator)
        {
            clusters = [.. (await Hosts.ListAsync(actor, cancellation)).Select(host => host.Cluster).Distinct()];
            (blue, green) = (Known(blue), Known(green));
        }
    }

    private string Known(string cluster) => clusters.Contains(cluster) ? cluster : clusters is [var first, ..] ? first : "";

    private RenderFragment Side(TenantView tenant, Colour colour)
    {
        var (kind, word) = ServiceWords.Sum(services[tenant.Id].SelectMany(stack => stack.Services), colour);
        return builder =>
        {
            builder.OpenComponent<ColourName>(0);
            builder.AddAttribute(1, nameof(ColourName.Colour), colour);
            builder.CloseComponent();
            builder.AddContent(2, " ");
            builder.OpenComponent<StatusTag>(3);
            builder.AddAttribute(4, nameof(StatusTag.Kind), kind);
            builder.AddAttribute(5, nameof(StatusTag.Text), word);
            builder.AddAttribute(6, nameof(StatusTag.Plain), true);
            builder.CloseComponent();
        };
    }

    private RenderFragment ClusterField(string label, string id, string chosen, Action<string> choose) => builder =>
    {
        builder.OpenComponent<Field>(0);
        builder.AddAttribute(1, nameof(Field.Label), label);
        builder.AddAttribute(2, nameof(Field.For), id);
        builder.AddAttribute(3, nameof(Field.ChildContent), (RenderFragment)(inner =>
        {
            inner.OpenElement(0, "select");
            inner.AddAttribute(1, "class", "input");
            inner.AddAttribute(2, "id", id);
            inner.AddAttribute(3, "value", chosen);
            inner.AddAttribute(4, "onchange", EventCallback.Factory.Create<ChangeEventArgs>(this, change => choose(change.Value?.ToString() ?? "")));
            foreach (var cluster in clusters)
            {
                inner.OpenElement(5, "option");
                inner.SetKey(cluster);
                inner.AddAttribute(6, "value", cluster);
                inner.AddContent(7, cluster);
                inner.CloseElement();
            }

            inner.CloseElement();
        }));
        builder.CloseComponent();
    };

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
