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
    public Task<string> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string>? labels = null,
        bool isInternal = false,
        string driver = "bridge",
        string? subnet = null,
        bool attachable = false,
        CancellationToken cancel = default) =>
        CreateAsync(new NetworkDefinition(name) { Labels = labels, Internal = isInternal, Driver = driver, Attachable = attachable, Pools = subnet is null ? [] : [new NetworkPool(subnet)] }, cancel);

    /// <returns>The id.</returns>
    /// <exception cref="EngineException">Conflict: the name is taken. Refused: an address range of it is another network's.</exception>
    public async Task<string> CreateAsync(NetworkDefinition network, CancellationToken cancel = default)
    {
        var body = new WireNetworkCreate
        {
            Name = network.Name,
            // Without it older engines make a second network of the same name.
            CheckDuplicate = true,
            Driver = network.Driver,
            Internal = network.Internal,
            Attachable = network.Attachable,
            EnableIPv6 = network.EnableIpv6,
            Labels = network.Labels?.ToDictionary(),
            Options = network.DriverOptions is { Count: > 0 } options ? options.ToDictionary() : null,
            IPAM = network.Pools.Count == 0 && network.IpamOptions is not { Count: > 0 } ? null : new WireIpam
            {
                Driver = "default",
                Options = network.IpamOptions is { Count: > 0 } ipam ? ipam.ToDictionary() : null,
                Config = [.. network.Pools.Select(pool => new WireIpamSubnet { Subnet = pool.Subnet, IPRange = pool.IpRange, Gateway = pool.Gateway, AuxiliaryAddresses = pool.AuxAddresses is { Count: > 0 } aux ? aux.ToDictionary() : null })],
            },
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
