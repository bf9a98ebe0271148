using System.Buffers;
using System.Globalization;
using System.Text;

namespace Portal.Docker;

/// <summary>Pieces of one output → its lines, none longer than the limit, whatever the program writes.</summary>
internal sealed class LineAssembler(OutputKind kind, int longestLine, bool timestamps)
{
    private const int LongestTimestamp = 40;

    private readonly ArrayBufferWriter<byte> line = new();
    private DateTimeOffset? time;
    private bool truncated;
    private bool begun;

    public IEnumerable<LogLine> Add(OutputPiece piece)
    {
        // Each frame has a timestamp, also one that goes on with a long line: the engine splits those.
        var rest = timestamps && piece.StartsFrame ? TakeTimestamp(piece.Bytes) : piece.Bytes;
        while (rest.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            Append(rest.Span[..end]);
            yield return Take();
            rest = rest[(end + 1)..];
        }

        Append(rest.Span);
    }

    /// <summary>What stands behind the last line end, if anything.</summary>
    public LogLine? Finish() => begun ? Take() : null;

    private void Append(ReadOnlySpan<byte> bytes)
    {
        begun |= bytes.Length > 0;
        var room = longestLine + LongestTimestamp - line.WrittenCount;
        truncated |= bytes.Length > room;
        line.Write(bytes[..Math.Min(room, bytes.Length)]);
    }

    private LogLine Take()
    {
        var bytes = line.WrittenMemory;
        if (timestamps && time is null)
        {
            // A terminal's output has no frames; there the timestamp stands in front of each line.
            bytes = TakeTimestamp(bytes);
        }

        if (bytes.Length > longestLine)
        {
            bytes = bytes[..longestLine];
            truncated = true;
        }

        var text = Encoding.UTF8.GetString(bytes.Span.TrimEnd((byte)'\r'));
        var taken = new LogLine(kind, text, time, truncated);
        line.ResetWrittenCount();
        (time, truncated, begun) = (null, false, false);
        return taken;
    }

    private ReadOnlyMemory<byte> TakeTimestamp(ReadOnlyMemory<byte> bytes)
    {
        var blank = bytes.Span[..Math.Min(bytes.Length, LongestTimestamp)].IndexOf((byte)' ');
        if (blank < 0 || !DateTimeOffset.TryParse(
            Encoding.ASCII.GetString(bytes.Span[..blank]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var stamp))
        {
            return bytes;
        }

        time ??= stamp;
        begun = true;
        return bytes[(blank + 1)..];
    }
}
