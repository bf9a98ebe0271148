using System.Globalization;
using System.Text;

namespace Portal.Compose;

/// <summary>Where in a document a value stands; written out only when a finding needs it.</summary>
internal sealed class KeyPath
{
    private const int LongestSegment = 80;

    private readonly KeyPath? parent;
    private readonly string segment;
    private readonly bool isIndex;

    private KeyPath(KeyPath? parent, string segment, bool isIndex)
    {
        this.parent = parent;
        this.segment = segment;
        this.isIndex = isIndex;
    }

    public static readonly KeyPath Root = new(null, "", false);

    public KeyPath Key(string name) => new(this, Clip(name), false);

    public KeyPath Index(int index) => new(this, "[" + index.ToString(CultureInfo.InvariantCulture) + "]", true);

    /// <summary>Text of the user's as a message may quote it.</summary>
    public static string Clip(string text)
    {
        var flat = text.ReplaceLineEndings(" ");
        return flat.Length <= LongestSegment ? flat : string.Concat(flat.AsSpan(0, LongestSegment - 1), "…");
    }

    public override string ToString()
    {
        var segments = new Stack<KeyPath>();
        for (var at = this; at.parent is not null; at = at.parent)
        {
            segments.Push(at);
        }

        var text = new StringBuilder();
        foreach (var at in segments)
        {
            if (text.Length > 0 && !at.isIndex)
            {
                text.Append('.');
            }

            text.Append(at.segment);
        }

        return text.ToString();
    }
}
