namespace Portal.Docker;

/// <summary>Networks of one engine. Every id may also be a name.</summary>
public sealed class NetworkClient
{
    private readonly EngineTransport transport;

    internal NetworkClient(EngineTransport transport) => this.transport = transport;

    /// <param name="isInternal">No way out of it.</param>
    /// <param name="subnet">Such as <c>10.8.0.0/24</c>; null lets the engine choose. Fixed addresses need one.</param>
    /// <returns>The id.</returns>
    /// <exception cref="EngineException">Conflict: the name is taken.</exception>
    public async Task<string> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string>? labels = null,
        bool isInternal = false,
        string driver = "bridge",
        string? subnet = null,
        bool attachable = false,
        CancellationToken cancel = default)
    {
        var body = new WireNetworkCreate
        {
            Name = name,
            // Without it older engines make a second network of the same name.
            CheckDuplicate = true,
            Driver = driver,
            Internal = isInternal,
            Attachable = attachable,
            Labels = labels?.ToDictionary(),
            IPAM = subnet is null ? null : new WireIpam { Config = [new WireIpamSubnet { Subnet = subnet }] },
        };
        var request = EngineRequest.Post("/networks/create", content: JsonBody.Of(body, EngineJson.Default.WireNetworkCreate));
        var created = await transport.ReadAsync(request, EngineJson.Default.WireId, cancel).ConfigureAwait(false);
        return created.Id;
    }

    public async Task<NetworkDetails> InspectAsync(string id, CancellationToken cancel = default)
    {
        var wire = await transport.ReadAsync(
            EngineRequest.Get($"/networks/{PathSegment.Of(id)}"), EngineJson.Default.WireNetwork, cancel).ConfigureAwait(false);
        return NetworkMapping.Details(wire);
    }

    /// <summary>Without the containers in them; inspect one for those.</summary>
    /// <param name="labels">Each <c>key</c> or <c>key=value</c>; all must hold.</param>
    public async Task<IReadOnlyList<NetworkDetails>> ListAsync(IReadOnlyList<string>? labels = null, CancellationToken cancel = default)
    {
        var query = new Query().Filters(new Dictionary<string, IReadOnlyList<string>> { ["label"] = labels ?? [] });
        var wires = await transport.ReadAsync(
            EngineRequest.Get("/networks", query), EngineJson.Default.WireNetworkArray, cancel).ConfigureAwait(false);
        return [.. wires.Select(NetworkMapping.Details)];
    }

    /// <exception cref="EngineException">Refused (403): containers are in it.</exception>
    public Task RemoveAsync(string id, CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Delete($"/networks/{PathSegment.Of(id)}"), cancel);

    /// <exception cref="EngineException">Refused (403): it is in it already.</exception>
    public Task ConnectAsync(
        string network, string container, IReadOnlyList<string>? aliases = null, string? ipv4Address = null, CancellationToken cancel = default) =>
        ConnectAsync(transport, network, container, new NetworkAttachmentSpec(aliases, ipv4Address), cancel);

    public Task DisconnectAsync(string network, string container, bool force = false, CancellationToken cancel = default)
    {
        var body = new WireNetworkDisconnect { Container = container, Force = force };
        return transport.SendAsync(
            EngineRequest.Post(
                $"/networks/{PathSegment.Of(network)}/disconnect", content: JsonBody.Of(body, EngineJson.Default.WireNetworkDisconnect)),
            cancel);
    }

    internal static Task ConnectAsync(
        EngineTransport transport, string network, string container, NetworkAttachmentSpec attachment, CancellationToken cancel)
    {
        var body = new WireNetworkConnect { Container = container, EndpointConfig = ContainerSpecMapping.Endpoint(attachment) };
        return transport.SendAsync(
            EngineRequest.Post($"/networks/{PathSegment.Of(network)}/connect", content: JsonBody.Of(body, EngineJson.Default.WireNetworkConnect)),
            cancel);
    }
}
