using System.Globalization;
using System.Runtime.CompilerServices;

namespace Portal.Docker;

internal static class LogReader
{
    public static async IAsyncEnumerable<LogLine> ReadAsync(
        EngineTransport transport, string id, bool terminal, LogOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        var query = new Query()
            .Flag("stdout", true)
            .Flag("stderr", true)
            .Flag("follow", options.Follow)
            .Flag("timestamps", options.Timestamps)
            .Add("tail", options.Tail?.ToString(CultureInfo.InvariantCulture))
            .Add("since", options.Since is { } since ? UnixTime.Text(since) : null)
            .Add("until", options.Until is { } until ? UnixTime.Text(until) : null);
        var request = new EngineRequest(HttpMethod.Get, $"/containers/{PathSegment.Of(id)}/logs", CallKind.Stream) { Query = query };
        var stream = await transport.OpenAsync(request, cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await foreach (var line in LinesAsync(stream, terminal, options, cancel).ConfigureAwait(false))
        {
            yield return line;
        }
    }

    public static async IAsyncEnumerable<LogLine> LinesAsync(
        Stream stream, bool terminal, LogOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        var output = new LineAssembler(OutputKind.StdOut, options.LongestLine, options.Timestamps);
        var errors = new LineAssembler(OutputKind.StdErr, options.LongestLine, options.Timestamps);
        await foreach (var piece in OutputFrames.ReadAsync(stream, terminal, cancel).ConfigureAwait(false))
        {
            foreach (var line in (piece.Kind == OutputKind.StdOut ? output : errors).Add(piece))
            {
                yield return line;
            }
        }

        if (output.Finish() is { } lastOutput)
        {
            yield return lastOutput;
        }

        if (errors.Finish() is { } lastError)
        {
            yield return lastError;
        }
    }
}
