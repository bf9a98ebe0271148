using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Pages.Shared;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Pages.Frame;

/// <summary>
/// A page of one tenant, whose address is <c>/tenants/{Slug}/…</c>: knows who looks and at which tenant, and is the not-found page
/// for everybody who has no part in it. Show content once <see cref="Ready"/>.
/// </summary>
public abstract class TenantPage : LiveView
{
    private bool found;

    [Parameter]
    public string Slug { get; set; } = "";

    [Inject]
    protected CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    protected TenantQueries Tenants { get; set; } = null!;

    [Inject]
    protected ChangeFeed Feed { get; set; } = null!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    /// <summary>Who looked when the page was last loaded. Ask <see cref="CurrentActor"/> again for an act.</summary>
    protected Actor Actor { get; private set; } = null!;

    /// <summary>The tenant as last loaded.</summary>
    protected TenantView Here { get; private set; } = null!;

    /// <summary>Loaded, and there is something to show.</summary>
    protected bool Ready => Loaded && found;

    protected override object? Subject => Slug;

    /// <summary>Which changes concern the page; those of other tenants never do. "audit" notes come with every change.</summary>
    protected abstract bool Concerns(ChangeNote note);

    /// <summary>Reads the state of the page into fields, after <see cref="Here"/>.</summary>
    /// <returns>False where what the address names does not exist.</returns>
    protected abstract Task<bool> LoadHereAsync(CancellationToken cancellation);

    protected bool May(Permission permission) => Actor.May(permission, Here.Id);

    protected sealed override Func<Action, IDisposable> Changes =>
        Feed.When(note => (note.Tenant is null || !found || note.Tenant == Here.Id) && Concerns(note));

    protected sealed override async Task LoadAsync(CancellationToken cancellation)
    {
        Actor = await CurrentActor.GetAsync(cancellation);
        if (await Tenants.FindAsync(Actor, Slug, cancellation) is { } tenant)
        {
            Here = tenant;
            found = await LoadHereAsync(cancellation);
        }
        else
        {
            found = false;
        }

        if (!found)
        {
            Navigation.NotFound();
        }
    }
}
