using System.Buffers;
using System.Text;

namespace Portal.Docker;

internal sealed class BoundedOutput(int limit)
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    public bool Truncated { get; private set; }

    public string Text => Encoding.UTF8.GetString(bytes.WrittenSpan);

    public void Add(ReadOnlySpan<byte> piece)
    {
        var room = limit - bytes.WrittenCount;
        Truncated |= piece.Length > room;
        bytes.Write(piece[..Math.Min(room, piece.Length)]);
    }
}
