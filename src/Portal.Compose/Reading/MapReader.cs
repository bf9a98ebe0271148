using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>
/// One mapping of a known scope. Making it judges every key: unknown ones and wrong forms are refused, those that mean
/// nothing here are reported; what is left can be read by type.
/// </summary>
internal sealed class MapReader
{
    private readonly Dictionary<string, MapEntry> readable = new(StringComparer.Ordinal);
    private readonly string scope;

    public MapReader(MapNode map, KeyPath path, string scope, FileFindings findings)
    {
        Node = map;
        Path = path;
        Findings = findings;
        this.scope = scope;
        foreach (var entry in map.Entries)
        {
            Judge(entry);
        }
    }

    public MapNode Node { get; }

    public KeyPath Path { get; }

    public FileFindings Findings { get; }

    public bool Has(string key) => readable.ContainsKey(key);

    public Node? Value(string key) => readable.GetValueOrDefault(key)?.Value;

    /// <summary>Where a finding about this key's value belongs.</summary>
    public Node Spot(string key) => Node.Find(key) is { } entry ? entry.Key : Node;

    public KeyPath At(string key) => Path.Key(key);

    public void Refuse(string key, string reason) => Findings.Refuse(Spot(key), At(key), reason);

    public void Ignore(string key, string reason) => Findings.Ignore(Spot(key), At(key), reason);

    /// <summary>Text of a scalar; null when the key is absent or null.</summary>
    public string? Text(string key) => Value(key) is TextNode { IsNull: false } text ? text.Value : null;

    public bool? Flag(string key) => Parse(key, Units.Flag, "must be true or false");

    public long? Whole(string key, long least, long most) =>
        Parse<long>(key, t => Units.Whole(t) is { } n && n >= least && n <= most ? n : null, $"must be a whole number from {least} to {most}");

    public int? Count(string key, int least, int most) => (int?)Whole(key, least, most);

    public decimal? Number(string key, decimal least, decimal most) =>
        Parse<decimal>(key, t => Units.Number(t) is { } n && n >= least && n <= most ? n : null, $"must be a number from {least} to {most}");

    public TimeSpan? Duration(string key) => Parse(key, Units.Duration, "must be a time with its unit, as 90s, 1m30s or 500ms");

    public long? Bytes(string key) => Parse(key, Units.Bytes, "must be a size, as 512m or 1gb");

    /// <summary>One of a set of words, each with what it stands for.</summary>
    public TWord? OneOf<TWord>(string key, params (string Word, TWord Means)[] words) where TWord : struct
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        foreach (var (word, means) in words)
        {
            if (word == text)
            {
                return means;
            }
        }

        Refuse(key, $"'{KeyPath.Clip(text)}' is none of {string.Join(", ", words.Select(w => w.Word))}");
        return null;
    }

    /// <summary>The items of a list; a single text counts as a list of one.</summary>
    public IEnumerable<(Node Node, KeyPath Path)> Items(string key) => Value(key) switch
    {
        ListNode list => list.Items.Select((item, i) => (item, At(key).Index(i))),
        TextNode { IsNull: false } text => [(text, At(key))],
        _ => [],
    };

    /// <summary>The texts of a list, or of a single text. Numbers and flags among them are refused unless <paramref name="scalars"/>.</summary>
    public ImmutableArray<string> Texts(string key, bool scalars = false)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var (node, path) in Items(key))
        {
            if (ScalarText(node, path, scalars ? Shapes.Text | Shapes.Integer | Shapes.Number : Shapes.Text, Findings) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts.ToImmutable();
    }

    /// <summary>A command: a text is split as a shell would, a list is taken as it is; null when absent.</summary>
    public ImmutableArray<string>? Words(string key)
    {
        switch (Value(key))
        {
            case ListNode:
                return Texts(key);
            case TextNode { IsNull: false } text:
                if (ShellWords.Split(text.Value) is { } words)
                {
                    return words;
                }

                Findings.Refuse(text, At(key), "a quote is not closed");
                return null;
            default:
                return null;
        }
    }

    /// <summary>A mapping, or a list of <c>KEY=VALUE</c>. The value is null where the file gives none.</summary>
    public IEnumerable<(string Name, string? Value, Node Spot, KeyPath Path)> Pairs(string key)
    {
        if (Value(key) is MapNode map)
        {
            foreach (var entry in map.Entries)
            {
                var path = At(key).Key(entry.Name);
                if (entry.Value is TextNode text)
                {
                    yield return (entry.Name, text.IsNull ? null : text.Value, entry.Key, path);
                }
                else
                {
                    Findings.Refuse(entry.Key, path, "must be text, a number, true, false or nothing");
                }
            }

            yield break;
        }

        foreach (var (node, path) in Items(key))
        {
            if (ScalarText(node, path, Shapes.Text, Findings) is not { } text)
            {
                continue;
            }

            var cut = text.IndexOf('=', StringComparison.Ordinal);
            yield return cut < 0 ? (text, null, node, path) : (text[..cut], text[(cut + 1)..], node, path);
        }
    }

    /// <summary>The same, without values counting as blank.</summary>
    public ImmutableSortedDictionary<string, string> Dictionary(string key)
    {
        var pairs = ServiceSpec.NoPairs.ToBuilder();
        foreach (var (name, value, spot, path) in Pairs(key))
        {
            if (name.Length == 0)
            {
                Findings.Refuse(spot, path, "has no name");
            }
            else
            {
                pairs[name] = value ?? "";
            }
        }

        return pairs.ToImmutable();
    }

    /// <summary>The mapping under a key, judged in the scope that the table of keys gives it.</summary>
    public MapReader? Map(string key) =>
        Value(key) is MapNode map && KeyTable.Find(scope, key)?.Below is { } below ? new MapReader(map, At(key), below, Findings) : null;

    /// <summary>Text of a scalar item, or null after a finding.</summary>
    public static string? ScalarText(Node node, KeyPath path, Shapes shape, FileFindings findings)
    {
        if (node is TextNode text && ShapeRules.Fits(node, shape))
        {
            return text.Value;
        }

        findings.Refuse(node, path, ShapeRules.Complaint(node, shape));
        return null;
    }

    private void Judge(MapEntry entry)
    {
        if (ComposeNames.IsExtension(entry.Name))
        {
            return;
        }

        var path = Path.Key(entry.Name);
        if (KeyTable.Find(scope, entry.Name) is not { } rule)
        {
            var near = Findings.Log.IsFull ? null : Similar.To(entry.Name, KeyTable.NamesIn(scope));
            var reason = $"unknown key '{KeyPath.Clip(entry.Name)}'{(near is null ? "" : $"; is '{near}' meant?")}";
            if (KeyTable.IsDescription(scope))
            {
                Findings.Ignore(entry.Key, path, reason);
            }
            else
            {
                Findings.Refuse(entry.Key, path, reason);
            }
        }
        else if (!ShapeRules.Fits(entry.Value, rule.Shape))
        {
            Findings.Refuse(entry.Value.Line == entry.Key.Line ? entry.Value : entry.Key, path, ShapeRules.Complaint(entry.Value, rule.Shape));
        }
        else if (rule.Treatment == KeyTreatment.Refused)
        {
            Findings.Refuse(entry.Key, path, rule.Note);
        }
        else if (rule.Treatment is KeyTreatment.Ignored or KeyTreatment.WithParent)
        {
            if (rule.Treatment == KeyTreatment.Ignored)
            {
                Findings.Ignore(entry.Key, path, rule.Note);
            }

            JudgeBelow(entry.Value, path, rule);
            readable[entry.Name] = entry;
        }
        else
        {
            readable[entry.Name] = entry;
        }
    }

    // Nobody reads what is below an ignored key, so its keys are judged here.
    private void JudgeBelow(Node value, KeyPath path, KeyRule rule)
    {
        if (rule.Below is not { } below)
        {
            return;
        }

        if (value is MapNode map)
        {
            _ = new MapReader(map, path, below, Findings);
        }
        else if (value is ListNode list)
        {
            foreach (var (item, i) in list.Items.Select((item, i) => (item, i)))
            {
                if (item is MapNode part)
                {
                    _ = new MapReader(part, path.Index(i), below, Findings);
                }
            }
        }
    }

    private TValue? Parse<TValue>(string key, Func<string, TValue?> parse, string complaint) where TValue : struct
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var value = parse(text);
        if (value is null)
        {
            Findings.Refuse(Value(key)!, At(key), $"'{KeyPath.Clip(text)}' {complaint}");
        }

        return value;
    }
}
