using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Clusters;
using Portal.Gateway;
using Portal.Gateway.Ports;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Tenants;

namespace Portal.Pages.Routes;

/// <summary>The gateway's own ports that lead to the tenant's services.</summary>
public sealed partial class PortPanel
{
    private TcpRouteView? chosen;
    private bool adding;
    private bool removing;
    private string service = "";
    private int target;
    private int? listen;

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    [Parameter, EditorRequired]
    public IReadOnlyList<TcpRouteView> Ports { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<StackServiceView> Services { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<InventoryReplica> Replicas { get; set; } = [];

    [Parameter]
    public bool MayAct { get; set; }

    [Inject]
    private IOptions<GatewayOptions> Gateway { get; set; } = null!;

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private AddTcpRoute Add { get; set; } = null!;

    [Inject]
    private RemoveRoute Remove { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private PortRange? Offered => Gateway.Value.TcpRange;

    private ImmutableArray<int> Targets => Services.FirstOrDefault(one => Key(one) == service)?.Ports ?? [];

    private int HealthyOn(string stack, string name, Colour side) =>
        Replicas.Count(replica => replica.Healthy && replica.Labels.Colour == side && replica.Labels.Stack == stack && replica.Labels.Service == name);

    private void Open()
    {
        (adding, listen) = (true, null);
        Choose(Services[0]);
    }

    private void Choose(ChangeEventArgs change) => Choose(Services.First(one => Key(one) == (string?)change.Value));

    private void Choose(StackServiceView one) => (service, target) = (Key(one), one.Ports.FirstOrDefault());

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor =>
    {
        var to = Services.First(one => Key(one) == service);
        switch (await Add.ExecuteAsync(actor, Tenant.Id, new NewTcpRoute(to.Stack, to.Service, target, listen), CancellationToken.None))
        {
            case AddTcpRouteResult.Added added:
                Toast.Done("Port added", $"{added.Route.ListenPort} leads to {to.Stack} {to.Service}");
                return null;
            case AddTcpRouteResult.Invalid invalid:
                return invalid.Problem;
            case AddTcpRouteResult.Taken taken:
                return taken.Problem;
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, CancellationToken.None);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        // One that somebody else removed first is gone as well.
        await Remove.ExecuteAsync(actor, Tenant.Id, chosen!.Id, CancellationToken.None);
        Toast.Done("Port removed", $"{chosen.ListenPort}");
        return null;
    }, CancellationToken.None);

    private static string Key(StackServiceView one) => $"{one.Stack}/{one.Service}";
}
