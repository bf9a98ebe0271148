using System.Buffers.Text;
using System.Text;

namespace Portal.Lab.Load;

internal enum ReadOutcome
{
    More,
    Whole,
    Malformed,
}

/// <summary>Reads one HTTP/1.1 answer after another off a connection. The body is counted, not kept.</summary>
internal sealed class ResponseReader(byte[] versionHeader)
{
    private enum Part
    {
        Head,
        Sized,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        ToTheEnd,
    }

    private readonly byte[] buffer = new byte[16384];
    private readonly byte[] version = new byte[64];
    private int filled;
    private int versionLength;
    private long remaining;
    private bool chunked;
    private bool sized;
    private Part part;

    public int Status { get; private set; }

    public bool ServerCloses { get; private set; }

    public bool HasBegun => filled > 0 || part != Part.Head;

    /// <summary>Whether the end of the connection is the proper end of the answer.</summary>
    public bool EndsWithConnection => part == Part.ToTheEnd;

    public ReadOnlySpan<byte> Version => version.AsSpan(0, versionLength);

    public Span<byte> Space => buffer.AsSpan(filled);

    /// <summary>For the next answer on the same connection, or the first on another.</summary>
    public void Reset()
    {
        filled = 0;
        part = Part.Head;
    }

    public ReadOutcome Advance(int read)
    {
        filled += read;
        var rest = buffer.AsSpan(0, filled);
        var outcome = Step(ref rest);
        if (outcome == ReadOutcome.Whole && rest.Length > 0)
            return ReadOutcome.Malformed;
        if (outcome == ReadOutcome.More && rest.Length == buffer.Length)
            return ReadOutcome.Malformed;
        rest.CopyTo(buffer);
        filled = rest.Length;
        if (outcome == ReadOutcome.Whole)
            part = Part.Head;
        return outcome;
    }

    private ReadOutcome Step(ref Span<byte> rest)
    {
        while (true)
        {
            switch (part)
            {
                case Part.Head:
                    var end = rest.IndexOf("\r\n\r\n"u8);
                    if (end < 0)
                        return ReadOutcome.More;
                    if (!ReadHead(rest[..(end + 2)]))
                        return ReadOutcome.Malformed;
                    rest = rest[(end + 4)..];
                    if (Status is >= 100 and < 200)
                        break;
                    if (Status is 204 or 304)
                        return ReadOutcome.Whole;
                    part = chunked ? Part.ChunkSize : sized ? Part.Sized : Part.ToTheEnd;
                    break;
                case Part.Sized:
                    return Skip(ref rest) ? ReadOutcome.Whole : ReadOutcome.More;
                case Part.ChunkSize:
                    if (!TakeLine(ref rest, out var line))
                        return ReadOutcome.More;
                    if (!Utf8Parser.TryParse(line, out remaining, out var used, 'x') || used == 0 || remaining < 0)
                        return ReadOutcome.Malformed;
                    part = remaining == 0 ? Part.Trailer : Part.Chunk;
                    break;
                case Part.Chunk:
                    if (!Skip(ref rest))
                        return ReadOutcome.More;
                    part = Part.ChunkEnd;
                    break;
                case Part.ChunkEnd:
                    if (!TakeLine(ref rest, out line))
                        return ReadOutcome.More;
                    if (line.Length > 0)
                        return ReadOutcome.Malformed;
                    part = Part.ChunkSize;
                    break;
                case Part.Trailer:
                    if (!TakeLine(ref rest, out line))
                        return ReadOutcome.More;
                    if (line.Length == 0)
                        return ReadOutcome.Whole;
                    break;
                case Part.ToTheEnd:
                    rest = default;
                    return ReadOutcome.More;
                default:
                    throw new InvalidOperationException($"No such part: {part}.");
            }
        }
    }

    private bool Skip(ref Span<byte> rest)
    {
        var now = (int)Math.Min(remaining, rest.Length);
        remaining -= now;
        rest = rest[now..];
        return remaining == 0;
    }

    private static bool TakeLine(ref Span<byte> rest, out Span<byte> line)
    {
        var end = rest.IndexOf("\r\n"u8);
        line = end < 0 ? default : rest[..end];
        if (end >= 0)
            rest = rest[(end + 2)..];
        return end >= 0;
    }

    private bool ReadHead(Span<byte> head)
    {
        versionLength = 0;
        (chunked, sized, ServerCloses, remaining) = (false, false, false, 0);
        if (!TakeLine(ref head, out var line) || !line.StartsWith("HTTP/1."u8) || line.Length < 12
            || !Utf8Parser.TryParse(line[9..12], out int status, out var digits) || digits != 3)
            return false;
        Status = status;
        ServerCloses = line[7] == (byte)'0';
        while (TakeLine(ref head, out line))
        {
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || !ReadField(line[..colon], line[(colon + 1)..].Trim((byte)' ')))
                return false;
        }
        return true;
    }

    private bool ReadField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
        {
            sized = true;
            return Utf8Parser.TryParse(value, out remaining, out var used) && used == value.Length && remaining >= 0;
        }
        if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8))
            chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
        else if (Ascii.EqualsIgnoreCase(name, "Connection"u8))
            ServerCloses |= Ascii.EqualsIgnoreCase(value, "close"u8);
        else if (Ascii.EqualsIgnoreCase(name, versionHeader))
        {
            versionLength = Math.Min(value.Length, version.Length);
            value[..versionLength].CopyTo(version);
        }
        return true;
    }
}
