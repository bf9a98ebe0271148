using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Clusters;
using Portal.Docker;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Stacks.Adopting;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Pages.Hosts;

/// <summary>What others started on a host, and a way to make a tenant's stack of it. Asks the engine itself: the inventory holds the portal's own only.</summary>
public sealed partial class ForeignStacksPage
{
    private HostView? host;
    private IReadOnlyList<ForeignStack> stacks = [];
    private IReadOnlyList<TenantView> tenants = [];
    private string? problem;
    private bool asking;
    private string chosen = "";
    private AdoptedDefinition? definition;
    private string? unread;
    private string tenant = "";
    private string name = "";

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private HostQueries Hosts { get; set; } = null!;

    [Inject]
    private TenantQueries Tenants { get; set; } = null!;

    [Inject]
    private AdoptStack Adopt { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override object? Subject => Id;

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Kind is "host");

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        var actor = await CurrentActor.GetAsync(cancellation);
        host = actor.PlatformAdministrator ? (await Hosts.ListAsync(actor, cancellation)).FirstOrDefault(one => one.Id == Id) : null;
        if (host is null)
        {
            Navigation.NotFound();
            return;
        }

        tenants = await Tenants.ListAsync(actor, cancellation);
        try
        {
            stacks = await Adopt.ListAsync(actor, Id, cancellation) ?? [];
            problem = null;
        }
        catch (EngineException error)
        {
            problem = error.Message;
        }
    }

    private async Task AskAsync(string stack)
    {
        (asking, chosen, definition, unread) = (true, stack, null, null);
        name = stack.ToLowerInvariant().Replace('_', '-');
        tenant = tenants is [var first, ..] ? first.Slug : "";
        unread = await CurrentActor.TryAsync(async actor =>
        {
            try
            {
                definition = await Adopt.ReadAsync(actor, Id, stack, Life);
                return definition is null ? "It is no longer there." : null;
            }
            catch (EngineException error)
            {
                return $"The engine does not answer: {error.Message}";
            }
        }, Life);
    }

    private Task<string?> AdoptAsync() => CurrentActor.TryAsync(async actor =>
    {
        if (tenants.FirstOrDefault(one => one.Slug == tenant) is not { } into)
        {
            return "There is no tenant to give it to yet.";
        }

        switch (await Adopt.ExecuteAsync(actor, Id, chosen, into.Id, name.Trim(), Life))
        {
            case AdoptStackResult.Adopted:
                Navigation.NavigateTo($"tenants/{into.Slug}/stacks/{name.Trim()}");
                return null;
            case AdoptStackResult.NotCreated not:
                return CreateAnswer.Sentence(not.Why, name.Trim());
            case AdoptStackResult.EngineUnavailable down:
                return $"The engine does not answer: {down.Problem}";
            default:
                return "It is no longer there.";
        }
    }, Life);

    private static string Origin(ForeignStack stack) => stack.Origin switch
    {
        ForeignOrigin.Compose => "of docker-compose",
        ForeignOrigin.Rancher => "of Rancher",
        ForeignOrigin.Swarm => "of Swarm",
        _ => "a container alone",
    };

    private static StatusKind Kind(ForeignStack stack) =>
        stack.Services.All(service => service.Running == service.Containers.Length) ? StatusKind.Ok : stack.Services.Any(service => service.Running > 0) ? StatusKind.Warn : StatusKind.Idle;

    private static string Running(ForeignStack stack) => $"{stack.Services.Sum(service => service.Running)} of {stack.Services.Sum(service => service.Containers.Length)} running";
}
