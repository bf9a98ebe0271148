using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Gateway;
using Portal.Gateway.Certificates;
using Portal.Gateway.Ports;
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
    private IReadOnlyList<TcpRouteView> ports = [];
    private IReadOnlyList<StackServiceView> services = [];
    private IReadOnlyList<InventoryReplica> replicas = [];
    private HashSet<string> certified = [];
    private RouteView? chosen;
    private bool adding;
    private bool removing;
    private bool setting;
    private SettingsForm form = new();
    private string host = "";
    private string path = "/";
    private string service = "";
    private int port;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private TcpRouteQueries TcpRoutes { get; set; } = null!;

    [Inject]
    private StackServiceQueries Services { get; set; } = null!;

    [Inject]
    private Inventory Inventory { get; set; } = null!;

    [Inject]
    private GatewayLinks Links { get; set; } = null!;

    [Inject]
    private CertificateQueries Certificates { get; set; } = null!;

    [Inject]
    private IOptions<GatewayOptions> Gateway { get; set; } = null!;

    [Inject]
    private AddRoute Add { get; set; } = null!;

    [Inject]
    private ChangeRoute Change { get; set; } = null!;

    [Inject]
    private RemoveRoute Remove { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string EmptyText => services.Count == 0
        ? "A route leads to a service, and no stack is there yet. Templates may bring their routes along."
        : May(Permission.RouteManage) ? "Give a service a host name, and the gateway leads requests to it." : "A developer can add one here.";

    private EventCallback AddOrNothing => May(Permission.RouteManage) && services.Count > 0 ? EventCallback.Factory.Create(this, () => adding = true) : default;

    private string HttpsHelp => !Gateway.Value.TakesHttps
        ? ", which the gateway does not take yet"
        : chosen is null || certified.Contains(chosen.HostName) ? "" : "; no certificate is for this host name yet";

    private ImmutableArray<int> Ports => services.FirstOrDefault(one => Key(one) == service)?.Ports ?? [];

    private string PortHelp => Ports.IsEmpty ? "This service offers no TCP port: name one under expose in its Compose text." : "The container's, of those that the service offers.";

    protected override bool Concerns(ChangeNote note) => note.Kind is "route" or "certificate" or "stack" or "tenant" or "switch" or "inventory";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        routes = await Stacks.RoutesAsync(Here.Id, cancellation);
        ports = await TcpRoutes.ListAsync(Here.Id, cancellation);
        services = await Services.ListAsync(Here.Id, cancellation);
        replicas = Inventory.Of(Here.Id);
        certified = [.. (await Certificates.HostsAsync(Here.Id, cancellation)).Where(host => host.Whose != CertificateOf.Nobody).Select(host => host.HostName)];
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
        (service, port) = one is null ? ("", 0) : (Key(one), one.Ports is [var first, ..] ? first : 0);

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor =>
    {
        var to = services.First(one => Key(one) == service);
        switch (await Add.ExecuteAsync(actor, Here.Id, new NewRoute(to.Stack, to.Service, port, host, path), Life))
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

    private void Set(RouteView route)
    {
        chosen = route;
        form = SettingsForm.Of(route.Settings);
        setting = true;
    }

    private Task<string?> ChangeAsync() => CurrentActor.TryAsync(async actor =>
    {
        switch (await Change.ExecuteAsync(actor, Here.Id, chosen!.Id, before => (form.Over(before, chosen.Settings), "", ""), Life))
        {
            case ChangeRouteResult.Changed:
                Toast.Done("Route changed", chosen.HostName + chosen.Path);
                return null;
            case ChangeRouteResult.Invalid invalid:
                return invalid.Problem;
            case ChangeRouteResult.NoSuchRoute:
                return "Somebody has removed this route meanwhile.";
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, Life);

    private static string Limits(RouteSettings settings) => string.Join(" · ", new[]
    {
        settings.MaxBodyBytes is { } bytes ? $"at most {SettingsForm.Size(bytes)}" : null,
        settings.TimeoutSeconds is { } seconds ? $"{seconds} s of silence" : null,
        settings.ClientRate is { } client ? $"{client}/s of one client" : null,
        settings.Rate is { } rate ? $"{rate}/s of all" : null,
    }.OfType<string>());

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        // One that somebody else removed first is gone as well.
        await Remove.ExecuteAsync(actor, Here.Id, chosen!.Id, Life);
        Toast.Done("Route removed", chosen.HostName + chosen.Path);
        return null;
    }, Life);

    private static string Key(StackServiceView one) => $"{one.Stack}/{one.Service}";
}
