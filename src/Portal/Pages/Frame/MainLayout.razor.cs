using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Pages.Frame;

/// <summary>The frame of every page: who is there, which tenants they see, and the parts of the tenant that the page belongs to.</summary>
public sealed partial class MainLayout
{
    private const int MostStacks = 8;

    private Actor? actor;
    private IReadOnlyList<TenantView> tenants = [];
    private IReadOnlyList<StackView> stacks = [];
    private TenantView? tenant;
    private IDisposable? early;

    [Parameter]
    public RenderFragment? Body { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private TenantQueries Tenants { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private Finder Finder { get; set; } = null!;

    [Inject]
    private TenantPlace Place { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    protected override object? Subject => Place.Slug;

    protected override Func<Action, IDisposable> Changes => changed =>
    {
        var feed = Feed.When(note => note.Kind is "tenant" or "stack")(changed);
        var place = Place.Watch(changed);
        return new Subscription(() =>
        {
            feed.Dispose();
            place.Dispose();
        });
    };

    private string Part => actor switch
    {
        { PlatformAdministrator: true } => "Platform administrator",
        { } person when tenant is { } here && person.Grants.TryGetValue(here.Id, out var grant) => $"{grant.Role} of {here.Name}",
        _ => "Signed in",
    };

    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
        {
            // A prerendered page has no subscription: the page that knows its tenant only after reading tells it here.
            early = Place.Watch(() => _ = InvokeAsync(EarlyAsync));
        }
    }

    protected override ValueTask DisposeViewAsync()
    {
        early?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        actor = await CurrentActor.GetAsync(cancellation);
        tenants = await Tenants.ListAsync(actor, cancellation);
        tenant = tenants.FirstOrDefault(one => one.Slug == Place.Slug);
        stacks = tenant is null ? [] : await Stacks.ListAsync(tenant.Id, cancellation);
    }

    private async Task EarlyAsync()
    {
        await LoadAsync(Life);
        StateHasChanged();
    }

    private string At(string part = "") => part.Length == 0 ? $"/tenants/{tenant!.Slug}" : $"/tenants/{tenant!.Slug}/{part}";

    private async Task<IReadOnlyList<FindResult>> FindAsync(string words, CancellationToken cancellation) =>
        await Finder.FindAsync(await CurrentActor.GetAsync(cancellation), tenant, words, cancellation);
}
