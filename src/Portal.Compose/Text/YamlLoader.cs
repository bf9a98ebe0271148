using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portal.Compose;

/// <summary>
/// YAML text to nodes with their places. Reads the parser's events one by one and keeps its own stack, so that neither
/// deep nesting nor aliases of aliases can cost more than the limits allow.
/// </summary>
internal sealed class YamlLoader
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085')), '\uFFFE', '\uFFFF']);

    private const string Reset = "!reset";

    private readonly FileFindings findings;
    private readonly Dictionary<string, Node> anchors = new(StringComparer.Ordinal);
    private readonly Stack<Frame> open = new();
    private Mark last = Mark.Empty;
    private Node? root;
    private (int Line, int Column)? second;
    private long weight;

    private YamlLoader(FileFindings findings) => this.findings = findings;

    /// <summary>The root node, or null after a finding that says why there is none.</summary>
    public static Node? Load(string text, FileFindings findings)
    {
        if (text.Length > ComposeLimits.TextBytes || Encoding.UTF8.GetByteCount(text) > ComposeLimits.TextBytes)
        {
            findings.Unreadable(1, 1, $"longer than {ComposeLimits.TextBytes / 1024} KiB");
            return null;
        }

        // The parser takes a NUL for the end of the text, and what follows it would be dropped in silence.
        if (text.AsSpan().IndexOfAny(Forbidden) is var at and >= 0)
        {
            var before = text.AsSpan(0, at);
            findings.Unreadable(1 + before.Count('\n'), at - before.LastIndexOf('\n'), $"the character U+{(int)text[at]:X4} has no place in YAML");
            return null;
        }

        return new YamlLoader(findings).Run(text.StartsWith('\uFEFF') ? text[1..] : text);
    }

    private Node? Run(string text)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        var parser = new Parser(scanner);
        while (true)
        {
            var (more, error) = Step(parser);
            if (error is not null)
            {
                // Of a tab the parser names the mapping that it is in.
                var place = error is YamlException { Start.Line: > 0 } yaml && !yaml.Message.Contains("tab", StringComparison.Ordinal) ? yaml.Start : scanner.CurrentPosition;
                findings.Unreadable((int)Math.Max(1, place.Line), (int)Math.Max(1, place.Column), Describe(error));
                return null;
            }

            if (!more)
            {
                break;
            }

            if (!Take(parser.Current!))
            {
                return null;
            }
        }

        if (root is null or TextNode { Value: "", IsNull: true })
        {
            findings.Unreadable(1, 1, "nothing in it");
            return null;
        }

        return root;
    }

    private bool Take(ParsingEvent step)
    {
        // A pair inside a list, as in [A: b], comes without a place of its own.
        var place = step is MappingStart && step.Start.Index < last.Index ? last : step.Start;
        last = step.End.Index > last.Index ? step.End : last;
        var line = (int)place.Line;
        var column = (int)place.Column;
        switch (step)
        {
            case DocumentStart:
                // A document with nothing in it, as before a line of dashes, is none.
                root = root is TextNode { Value: "", IsNull: true } ? null : root;
                second = root is null ? null : (line, column);
                return true;
            case NodeEvent when second is { } begins:
                if (step is not Scalar { Value: "" })
                {
                    findings.Refuse(begins.Line, begins.Column, KeyPath.Root, "a second document begins here; a stack is one document");
                }

                return true;
            case SequenceEnd or MappingEnd when second is not null:
                return true;
            case AnchorAlias alias:
                if (!anchors.TryGetValue(alias.Value.Value, out var target))
                {
                    findings.Unreadable(line, column, $"'*{KeyPath.Clip(alias.Value.Value)}' is used before it is whole, or never defined");
                    return false;
                }

                return Place(target, line, column, target.Weight);
            case Scalar scalar:
                var node = TextOf(scalar, line, column);
                return Name(scalar.Anchor, node) && Place(node, line, column, node.Weight, TagOf(scalar.Tag) is Reset ? Reset : "");
            case SequenceStart start:
                return Open(new Frame(line, column, false, start.Anchor, TagOf(start.Tag)), line, column);
            case MappingStart start:
                return Open(new Frame(line, column, true, start.Anchor, TagOf(start.Tag)), line, column);
            case SequenceEnd or MappingEnd:
                var frame = open.Pop();
                var closed = frame.Close(findings, Here());
                // Its parts were weighed when they were placed.
                return Name(frame.Anchor, closed) && Place(closed, frame.Line, frame.Column, 1, frame.Tag);
            default:
                return true;
        }
    }

    private bool Open(Frame frame, int line, int column)
    {
        if (open.Count >= ComposeLimits.Depth)
        {
            findings.Unreadable(line, column, $"nested deeper than {ComposeLimits.Depth} levels");
            return false;
        }

        open.Push(frame);
        return true;
    }

    private bool Name(AnchorName anchor, Node node)
    {
        if (!anchor.IsEmpty)
        {
            anchors[anchor.Value] = node;
        }

        return true;
    }

    private bool Place(Node node, int line, int column, long adds, string tag = "")
    {
        weight += adds;
        if (weight > ComposeLimits.Weight)
        {
            findings.Unreadable(line, column, "too large once its aliases are written out");
            return false;
        }

        if (open.Count + node.Depth > ComposeLimits.Depth)
        {
            findings.Unreadable(line, column, $"nested deeper than {ComposeLimits.Depth} levels");
            return false;
        }

        if (tag is not ("" or "!override" or Reset))
        {
            findings.Refuse(line, column, Here(), $"the tag {KeyPath.Clip(tag)} means nothing here");
        }

        if (open.TryPeek(out var frame))
        {
            if (tag == Reset)
            {
                frame.Skip();
            }
            else
            {
                frame.Add(node, findings, Here);
            }
        }
        else
        {
            root = node;
        }

        return true;
    }

    /// <summary>The path of the value that is being read.</summary>
    private KeyPath Here() => open.Reverse().Aggregate(KeyPath.Root, (path, frame) => frame.Below(path));

    private TextNode TextOf(Scalar scalar, int line, int column)
    {
        var style = scalar.Style switch
        {
            YamlDotNet.Core.ScalarStyle.Literal => ScalarStyle.Literal,
            YamlDotNet.Core.ScalarStyle.Folded => ScalarStyle.Folded,
            YamlDotNet.Core.ScalarStyle.SingleQuoted or YamlDotNet.Core.ScalarStyle.DoubleQuoted => ScalarStyle.Quoted,
            _ => ScalarStyle.Plain,
        };
        var tag = TagOf(scalar.Tag);
        var kind = tag switch
        {
            "" => style == ScalarStyle.Plain ? TextNode.KindOfPlain(scalar.Value) : ScalarKind.Text,
            "!!str" => ScalarKind.Text,
            "!!null" or Reset => ScalarKind.Null,
            _ => TextNode.KindOfPlain(scalar.Value),
        };
        if (tag is not ("" or "!!str" or "!!null" or "!!bool" or "!!int" or "!!float" or Reset or "!override"))
        {
            findings.Refuse(line, column, Here(), $"the tag {KeyPath.Clip(tag)} means nothing here");
        }

        return new TextNode(line, column, scalar.Value, kind, style, scalar.Start.Line == scalar.End.Line);
    }

    private static string TagOf(TagName tag)
    {
        if (tag.IsEmpty || tag.IsNonSpecific)
        {
            return "";
        }

        const string standard = "tag:yaml.org,2002:";
        var text = tag.Value.StartsWith(standard, StringComparison.Ordinal) ? "!!" + tag.Value[standard.Length..] : tag.Value;
        return text is "!!map" or "!!seq" ? "" : text;
    }

    // The parser answers some damaged texts with exceptions of other types than its own. Only its step is inside, so
    // that a fault of ours is not taken for one of the text's.
    private static (bool More, Exception? Error) Step(Parser parser)
    {
        try
        {
            return (parser.MoveNext(), null);
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            return (false, e);
        }
    }

    private static string Describe(Exception error) => error is YamlException
        ? "not YAML: " + KeyPath.Clip(error.InnerException is { } cause ? $"{error.Message} {cause.Message}" : error.Message)
        : "not YAML";

    private sealed class Frame(int line, int column, bool isMap, AnchorName anchor, string tag)
    {
        private readonly List<Node> items = [];
        private readonly List<MapEntry> entries = [];
        private readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);
        private readonly List<(TextNode Key, Node Value)> merges = [];
        private Node? key;

        public int Line => line;

        public int Column => column;

        public AnchorName Anchor => anchor;

        public string Tag => tag;

        public void Add(Node node, FileFindings findings, Func<KeyPath> here)
        {
            if (!isMap)
            {
                items.Add(node);
            }
            else if (key is null)
            {
                key = node;
            }
            else
            {
                AddEntry(key, node, findings, here);
                key = null;
            }
        }

        /// <summary>What is reset is as if it were not there.</summary>
        public void Skip() => key = null;

        public KeyPath Below(KeyPath path) =>
            !isMap ? path.Index(items.Count) : key is TextNode name ? path.Key(name.Value) : path;

        private void AddEntry(Node at, Node value, FileFindings findings, Func<KeyPath> here)
        {
            if (at is not TextNode name)
            {
                findings.Refuse(at, here(), "a key must be text");
            }
            else if (name.Value == "<<" && name.Style == ScalarStyle.Plain)
            {
                merges.Add((name, value));
            }
            else if (!lines.TryAdd(name.Value, name.Line))
            {
                findings.Refuse(name, here(), $"'{KeyPath.Clip(name.Value)}' is here twice; first in line {lines[name.Value]}");
            }
            else
            {
                entries.Add(new MapEntry(name, value));
            }
        }

        public Node Close(FileFindings findings, KeyPath path)
        {
            if (!isMap)
            {
                return new ListNode(line, column, [.. items]);
            }

            foreach (var (name, value) in merges)
            {
                var sources = value is ListNode list ? list.Items : [value];
                foreach (var source in sources)
                {
                    if (source is MapNode map)
                    {
                        entries.AddRange(map.Entries.Where(e => lines.TryAdd(e.Name, e.Key.Line)));
                    }
                    else
                    {
                        findings.Refuse(name, path.Key("<<"), "only a mapping, or a list of mappings, can be merged");
                    }
                }
            }

            return new MapNode(line, column, [.. entries]);
        }
    }
}
