using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Clusters;
using Portal.Docker;
using Portal.Gateway;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Store;

namespace Portal.Pages.Hosts;

/// <summary>The platform's engines: whether they answer, what runs on them, and a way to add one; and its gateways, where there are several.</summary>
public sealed partial class HostsPage
{
    private static readonly (Way Way, string Word)[] Ways = [(Way.Socket, "Unix socket"), (Way.Tcp, "TCP"), (Way.MutualTls, "TCP with mutual TLS")];

    private IReadOnlyList<HostView> hosts = [];
    private IReadOnlyList<GatewayView> gateways = [];
    private bool found;
    private bool adding;
    private Way way = Way.Socket;
    private string name = "";
    private string endpoint = DefaultSocket;
    private string ca = "";
    private string certificate = "";
    private string key = "";
    private string publish = "";

    private const string DefaultSocket = "unix:///var/run/docker.sock";

    private enum Way { Socket, Tcp, MutualTls }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private HostQueries Queries { get; set; } = null!;

    [Inject]
    private GatewayQueries Gateways { get; set; } = null!;

    [Inject]
    private AddHost Add { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    protected override Func<Action, IDisposable> Changes => Feed.When(note => note.Kind is "host" or "inventory" or "gateway");

    private string Placeholder => way switch
    {
        Way.Socket => DefaultSocket,
        Way.Tcp => $"tcp://10.0.0.5:{EngineEndpoint.DefaultPort}",
        _ => $"tcp://docker-1.example.com:{EngineEndpoint.DefaultTlsPort}",
    };

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        var actor = await CurrentActor.GetAsync(cancellation);
        found = actor.PlatformAdministrator;
        if (!found)
        {
            Navigation.NotFound();
            return;
        }

        gateways = Gateways.List(actor);
        hosts = await Queries.ListAsync(actor, cancellation);
    }

    private void Choose(Way chosen) => (way, endpoint) = (chosen, chosen == Way.Socket ? DefaultSocket : endpoint == DefaultSocket ? "" : endpoint);

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor =>
    {
        var tls = way == Way.MutualTls ? new EngineTls(Text(ca), Text(certificate), Text(key)) : null;
        if (way == Way.MutualTls && tls is not { CaPem: not null, IsMutual: true })
        {
            return "Mutual TLS needs the CA, the client's certificate and its key.";
        }

        switch (await Add.ExecuteAsync(actor, new NewHost(name.Trim(), endpoint.Trim(), tls, Text(publish)), Life))
        {
            case AddHostResult.Added added:
                Toast.Done("Host added", $"{name.Trim()}, engine {added.EngineVersion}");
                (name, endpoint, ca, certificate, key, publish, way) = ("", DefaultSocket, "", "", "", "", Way.Socket);
                return null;
            case AddHostResult.Invalid invalid:
                return invalid.Problem;
            case AddHostResult.Taken taken:
                return taken.Field == "endpoint" ? "A host at this endpoint is there already." : "A host of this name is there already.";
            case AddHostResult.Unreachable unreachable:
                return $"The engine does not answer: {unreachable.Problem}";
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, Life);

    private static string? Text(string given) => given.Trim() is { Length: > 0 } text ? text : null;

    private static StatusKind KindOf(HostView host) => host switch
    {
        { Enabled: false } => StatusKind.Idle,
        { Status: null } => StatusKind.Run,
        { Status.Reachable: true } => StatusKind.Ok,
        _ => StatusKind.Bad,
    };

    private static string WordOf(HostView host) => host switch
    {
        { Enabled: false } => "disabled",
        { Status: null } => "connecting",
        { Status.Reachable: true } => "answers",
        _ => "not reachable",
    };

    private static string Room(HostView host) => host.Status is { Reachable: true, Cpus: > 0 } status
        ? string.Create(CultureInfo.InvariantCulture, $"{status.Cpus} CPUs, {status.MemoryBytes / 1024.0 / 1024 / 1024:0.#} GiB")
        : "–";
}
