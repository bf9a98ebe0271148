using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Clusters;
using Portal.Gateway;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;
using RouteView = Portal.Stacks.RouteView;

namespace Portal.Pages.Routes;

/// <summary>What the public finds where, and how well it is served on either side.</summary>
public sealed partial class RoutesPage
{
    private IReadOnlyList<RouteView> routes = [];
    private IReadOnlyList<StackServiceView> services = [];
    private IReadOnlyList<InventoryReplica> replicas = [];
    private RouteView? chosen;
    private bool adding;
    private bool removing;
    private string host = "";
    private string path = "/";
    private string service = "";
    private string port = "";

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private StackServiceQueries Services { get; set; } = null!;

    [Inject]
    private Inventory Inventory { get; set; } = null!;

    [Inject]
    private GatewayLinks Links { get; set; } = null!;

    [Inject]
    private AddRoute Add { get; set; } = null!;

    [Inject]
    private RemoveRoute Remove { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string EmptyText => services.Count == 0
        ? "A route leads to a service, and no stack is there yet. Templates may bring their routes along."
        : May(Permission.RouteManage) ? "Give a service a host name, and the gateway leads requests to it." : "A developer can add one here.";

    private EventCallback AddOrNothing => May(Permission.RouteManage) && services.Count > 0 ? EventCallback.Factory.Create(this, () => adding = true) : default;

    private string PortHelp => services.FirstOrDefault(one => Key(one) == service) is { Ports: { Length: > 0 } ports }
        ? $"The container's. This service offers {string.Join(", ", ports)}."
        : "The container's; this service names none.";

    protected override bool Concerns(ChangeNote note) => note.Kind is "route" or "stack" or "tenant" or "switch" or "inventory";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        routes = await Stacks.RoutesAsync(Here.Id, cancellation);
        services = await Services.ListAsync(Here.Id, cancellation);
        replicas = Inventory.Of(Here.Id);
        if (services.All(one => Key(one) != service))
        {
            Choose(services is [var first, ..] ? first : null);
        }

        return true;
    }

    private int HealthyOn(RouteView route, Colour side) =>
        replicas.Count(replica => replica.Healthy && replica.Labels.Colour == side && replica.Labels.Stack == route.Stack && replica.Labels.Service == route.Service);

    private void Choose(ChangeEventArgs change) => Choose(services.FirstOrDefault(one => Key(one) == (string?)change.Value));

    private void Choose(StackServiceView? one) =>
        (service, port) = one is null ? ("", "") : (Key(one), one.Ports.IsEmpty ? "" : one.Ports[0].ToString(CultureInfo.InvariantCulture));

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor =>
    {
        var to = services.First(one => Key(one) == service);
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return "Say which of the container's ports the route leads to, 1 to 65535.";
        }

        switch (await Add.ExecuteAsync(actor, Here.Id, new NewRoute(to.Stack, to.Service, number, host, path), Life))
        {
            case AddRouteResult.Added added:
                Toast.Done("Route added", added.Route.HostName + added.Route.Path);
                (host, path) = ("", "/");
                return null;
            case AddRouteResult.Invalid invalid:
                return invalid.Problem;
            case AddRouteResult.Taken:
                return "This host name and path lead somewhere already.";
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, Life);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        // One that somebody else removed first is gone as well.
        await Remove.ExecuteAsync(actor, Here.Id, chosen!.Id, Life);
        Toast.Done("Route removed", chosen.HostName + chosen.Path);
        return null;
    }, Life);

    private static string Key(StackServiceView one) => $"{one.Stack}/{one.Service}";
}
