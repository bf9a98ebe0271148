namespace Portal.Docker;

/// <summary>Volumes of one engine.</summary>
public sealed class VolumeClient
{
    private readonly EngineTransport transport;

    internal VolumeClient(EngineTransport transport) => this.transport = transport;

    /// <summary>Creates it, or gives the existing one of that name back (with the labels it was made with).</summary>
    public async Task<VolumeDetails> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string>? labels = null,
        string driver = "local",
        IReadOnlyDictionary<string, string>? driverOptions = null,
        CancellationToken cancel = default)
    {
        var body = new WireVolumeCreate { Name = name, Driver = driver, Labels = labels?.ToDictionary(), DriverOpts = driverOptions?.ToDictionary() };
        var wire = await transport.ReadAsync(
            EngineRequest.Post("/volumes/create", content: JsonBody.Of(body, EngineJson.Default.WireVolumeCreate)),
            EngineJson.Default.WireVolume,
            cancel).ConfigureAwait(false);
        return VolumeMapping.Details(wire);
    }

    public async Task<VolumeDetails> InspectAsync(string name, CancellationToken cancel = default)
    {
        var wire = await transport.ReadAsync(
            EngineRequest.Get($"/volumes/{PathSegment.Of(name)}"), EngineJson.Default.WireVolume, cancel).ConfigureAwait(false);
        return VolumeMapping.Details(wire);
    }

    /// <param name="labels">Each <c>key</c> or <c>key=value</c>; all must hold.</param>
    public async Task<IReadOnlyList<VolumeDetails>> ListAsync(IReadOnlyList<string>? labels = null, CancellationToken cancel = default)
    {
        var query = new Query().Filters(new Dictionary<string, IReadOnlyList<string>> { ["label"] = labels ?? [] });
        var wire = await transport.ReadAsync(
            EngineRequest.Get("/volumes", query), EngineJson.Default.WireVolumeList, cancel).ConfigureAwait(false);
        return [.. (wire.Volumes ?? []).Select(VolumeMapping.Details)];
    }

    /// <exception cref="EngineException">Conflict: a container uses it.</exception>
    public Task RemoveAsync(string name, bool force = false, CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Delete($"/volumes/{PathSegment.Of(name)}", new Query().Flag("force", force)), cancel);
}
