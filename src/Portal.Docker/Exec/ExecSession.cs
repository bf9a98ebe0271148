namespace Portal.Docker;

/// <summary>A terminal in a container: what is written goes to the program, what is read comes from it. The end of reading is its end.</summary>
public sealed class ExecSession : IAsyncDisposable
{
    private readonly ExecClient client;
    private readonly string id;
    private readonly EngineStream stream;

    internal ExecSession(ExecClient client, string id, EngineStream stream)
    {
        this.client = client;
        this.id = id;
        this.stream = stream;
    }

    /// <summary>0 when the program has closed its terminal.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => stream.ReadAsync(buffer, cancel);

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        await stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        await stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    public Task ResizeAsync(TerminalSize size, CancellationToken cancel = default) => client.ResizeAsync(id, size, cancel);

    /// <summary>Waits for the program's end.</summary>
    public Task<int> ExitCodeAsync(CancellationToken cancel = default) => client.ExitCodeAsync(id, cancel);

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
