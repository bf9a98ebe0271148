using System.Runtime.CompilerServices;

namespace Portal.Docker;

/// <summary>The progress streams of pull, push, import and load.</summary>
internal static class ImageTransfer
{
    /// <summary>Lines until the end; an error line throws.</summary>
    public static async IAsyncEnumerable<WireProgress> ReadAsync(
        EngineTransport transport, EngineRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var stream = await transport.OpenAsync(request, cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await foreach (var line in JsonLines.ReadAsync(stream, EngineJson.Default.WireProgress, cancel).ConfigureAwait(false))
        {
            if (line.ErrorDetail is not null || line.Error is not null)
            {
                var code = line.ErrorDetail?.Code;
                throw new EngineException(new EngineError(
                    code is { } status ? EngineError.KindOf(status) : EngineErrorKind.Other,
                    code,
                    line.ErrorDetail?.Message ?? line.Error ?? ""));
            }

            yield return line;
        }
    }

    /// <summary>The same, from a registry; a failure is looked into before it is thrown.</summary>
    public static async IAsyncEnumerable<WireProgress> ReadFromRegistryAsync(
        EngineTransport transport,
        EngineRequest request,
        ImageReference image,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var lines = ReadAsync(transport, request, cancel).GetAsyncEnumerator(cancel);
        await using var _ = lines.ConfigureAwait(false);
        while (true)
        {
            bool more;
            try
            {
                more = await lines.MoveNextAsync().ConfigureAwait(false);
            }
            catch (EngineException error) when (RegistryRefusal.MayBe(error))
            {
                throw await RegistryRefusal.ExplainAsync(transport, image, request.RegistryAuth, error, cancel).ConfigureAwait(false);
            }

            if (!more)
            {
                yield break;
            }

            yield return lines.Current;
        }
    }
}
