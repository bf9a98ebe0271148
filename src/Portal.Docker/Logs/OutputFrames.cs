using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Portal.Docker;

/// <summary>A piece of output. The bytes are valid until the next piece is asked for.</summary>
/// <param name="StartsFrame">The first piece of what the engine wrote in one go.</param>
internal readonly record struct OutputPiece(OutputKind Kind, ReadOnlyMemory<byte> Bytes, bool StartsFrame);

/// <summary>
/// Takes apart what the engine sends without a terminal: frames of eight bytes header (kind, three zeroes, length big-endian) and content.
/// With a terminal there are no frames, and no standard error.
/// </summary>
internal static class OutputFrames
{
    private const int HeaderBytes = 8;
    private const int PieceBytes = 64 * 1024;

    public static IAsyncEnumerable<OutputPiece> ReadAsync(Stream stream, bool terminal, CancellationToken cancel) =>
        terminal ? RawAsync(stream, cancel) : FramedAsync(stream, cancel);

    private static async IAsyncEnumerable<OutputPiece> RawAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new byte[PieceBytes];
        while (await stream.ReadAsync(buffer, cancel).ConfigureAwait(false) is var length and > 0)
        {
            yield return new OutputPiece(OutputKind.StdOut, buffer.AsMemory(0, length), StartsFrame: false);
        }
    }

    private static async IAsyncEnumerable<OutputPiece> FramedAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancel)
    {
        var header = new byte[HeaderBytes];
        var buffer = new byte[PieceBytes];
        while (await FillAsync(stream, header, atFrameStart: true, cancel).ConfigureAwait(false))
        {
            long left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            for (var starts = true; left > 0; starts = false)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(left, PieceBytes));
                await FillAsync(stream, piece, atFrameStart: false, cancel).ConfigureAwait(false);
                left -= piece.Length;
                yield return new OutputPiece(KindOf(header, piece), piece, starts);
            }
        }
    }

    private static OutputKind KindOf(byte[] header, ReadOnlyMemory<byte> content) => header[0] switch
    {
        // 0 is standard input, echoed by some engines.
        0 or 1 => OutputKind.StdOut,
        2 => OutputKind.StdErr,
        // The engine's own error, in the middle of the output.
        3 => throw new EngineException(new EngineError(EngineErrorKind.Other, null, Encoding.UTF8.GetString(content.Span).Trim())),
        _ => throw EngineFaults.Unreadable(new InvalidDataException($"There is no output of kind {header[0]}.")),
    };

    /// <returns>False at a clean end, between two frames.</returns>
    private static async Task<bool> FillAsync(Stream stream, Memory<byte> target, bool atFrameStart, CancellationToken cancel)
    {
        var length = await stream.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return length == target.Length || (length == 0 && atFrameStart
            ? false
            : throw new EngineException(new EngineError(EngineErrorKind.Unavailable, null, "The output was cut in the middle of a frame.")));
    }
}
