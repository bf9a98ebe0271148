namespace Portal.Docker;

/// <summary>Programs run inside a running container.</summary>
public sealed class ExecClient
{
    private readonly EngineTransport transport;

    internal ExecClient(EngineTransport transport) => this.transport = transport;
}
