using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Compose;

/// <summary>A node of a YAML document. Immutable, so that an alias can share its target.</summary>
internal abstract class Node(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>Nodes and characters below and including this one, with each alias counted as what it stands for.</summary>
    public abstract long Weight { get; }

    public abstract int Depth { get; }
}

internal enum ScalarKind
{
    Text,
    Null,
    Boolean,
    Integer,
    Float,

    /// <summary>Came out of a variable: its type is that of the field it stands in.</summary>
    Filled,
}

internal enum ScalarStyle
{
    Plain,
    Quoted,
    Literal,
    Folded,
}

internal sealed partial class TextNode(int line, int column, string value, ScalarKind kind, ScalarStyle style, bool oneLine) : Node(line, column)
{
    public string Value { get; } = value;

    public ScalarKind Kind { get; } = kind;

    public ScalarStyle Style { get; } = style;

    public override long Weight => 1 + Value.Length;

    public override int Depth => 1;

    public bool IsNull => Kind == ScalarKind.Null;

    public TextNode Filled(string filled) => new(Line, Column, filled, ScalarKind.Filled, Style, oneLine);

    /// <summary>Where in the file the character at this offset of the value stands, as far as the style lets one tell.</summary>
    public (int Line, int Column) PositionOf(int offset)
    {
        if (Style == ScalarStyle.Literal)
        {
            var before = Value.AsSpan(0, Math.Min(offset, Value.Length));
            return (Line + 1 + before.Count('\n'), offset - before.LastIndexOf('\n'));
        }

        if (!oneLine || Style == ScalarStyle.Folded)
        {
            return (Line, Column);
        }

        return (Line, Column + offset + (Style == ScalarStyle.Quoted ? 1 : 0));
    }

    /// <summary>What a plain scalar is in YAML's core schema. <c>yes</c> and <c>on</c> are text there, and so they are here.</summary>
    public static ScalarKind KindOfPlain(string value) => value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Boolean,
        _ when value.Length > 64 => ScalarKind.Text,
        _ when IntegerForm().IsMatch(value) => ScalarKind.Integer,
        _ when FloatForm().IsMatch(value) => ScalarKind.Float,
        _ => ScalarKind.Text,
    };

    [GeneratedRegex(@"\A(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex IntegerForm();

    [GeneratedRegex(@"\A(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z", RegexOptions.CultureInvariant)]
    private static partial Regex FloatForm();
}

internal sealed class ListNode : Node
{
    public ListNode(int line, int column, ImmutableArray<Node> items) : base(line, column)
    {
        Items = items;
        Weight = 1 + items.Sum(i => i.Weight);
        Depth = 1 + (items.IsEmpty ? 0 : items.Max(i => i.Depth));
    }

    public ImmutableArray<Node> Items { get; }

    public override long Weight { get; }

    public override int Depth { get; }
}

internal sealed record MapEntry(TextNode Key, Node Value)
{
    public string Name => Key.Value;
}

internal sealed class MapNode : Node
{
    private readonly Dictionary<string, MapEntry> byName = new(StringComparer.Ordinal);

    /// <param name="entries">keys are distinct</param>
    public MapNode(int line, int column, ImmutableArray<MapEntry> entries) : base(line, column)
    {
        Entries = entries;
        Weight = 1 + entries.Sum(e => e.Key.Weight + e.Value.Weight);
        Depth = 1 + (entries.IsEmpty ? 0 : entries.Max(e => e.Value.Depth));
        foreach (var entry in entries)
        {
            byName.Add(entry.Name, entry);
        }
    }

    public ImmutableArray<MapEntry> Entries { get; }

    public override long Weight { get; }

    public override int Depth { get; }

    public MapEntry? Find(string name) => byName.GetValueOrDefault(name);

    public MapNode With(IEnumerable<MapEntry> entries) => new(Line, Column, [.. entries]);
}
