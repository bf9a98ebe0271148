namespace Portal.Docker;

/// <summary>A response's body that owns its connection and says "unavailable" when it is cut.</summary>
internal sealed class EngineStream(Stream body, HttpResponseMessage response, EngineEndpoint endpoint) : Stream
{
    public string? ContentType => response.Content.Headers.ContentType?.MediaType;

    public override bool CanRead => true;

    public override bool CanWrite => body.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (IsCut(error, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw EngineFaults.FromTransport(error, endpoint);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await body.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (IsCut(error, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw EngineFaults.FromTransport(error, endpoint);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.CanWrite ? body.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush() => body.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsCut(Exception error, CancellationToken cancel) =>
        error is IOException or HttpRequestException or ObjectDisposedException
        || (error is OperationCanceledException && !cancel.IsCancellationRequested);
}
