namespace Portal.Docker;

/// <summary>
/// One engine. Thread-safe, keeps its connections, negotiates the API version once. Every method throws <see cref="EngineException"/>
/// when the engine says no or does not answer, and <see cref="OperationCanceledException"/> when its token is cancelled.
/// </summary>
public sealed class EngineClient : IDisposable
{
    private readonly EngineTransport transport;

    public EngineClient(EngineEndpoint endpoint, EngineClientOptions? options = null)
    {
        Endpoint = endpoint;
        transport = new EngineTransport(endpoint, options ?? new EngineClientOptions());
        Containers = new ContainerClient(transport);
        Images = new ImageClient(transport);
        Networks = new NetworkClient(transport);
        Volumes = new VolumeClient(transport);
        System = new SystemClient(transport);
        Exec = new ExecClient(transport);
    }

    public EngineEndpoint Endpoint { get; }

    public ContainerClient Containers { get; }

    public ImageClient Images { get; }

    public NetworkClient Networks { get; }

    public VolumeClient Volumes { get; }

    public SystemClient System { get; }

    public ExecClient Exec { get; }

    public void Dispose() => transport.Dispose();
}
