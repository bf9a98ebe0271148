using System.Collections.Immutable;
using System.Text;

namespace Portal.Compose;

/// <summary>Fills variables into the values of a document that is parsed already, so that no value can become structure.</summary>
internal sealed class Interpolator(IReadOnlyDictionary<string, string> variables, FileFindings findings)
{
    private readonly Dictionary<Node, Node> done = new(ReferenceEqualityComparer.Instance);
    private long produced;
    private bool tooLong;

    /// <summary>The same document with all values filled in. Keys stay as they are, and so do extension fields at this level.</summary>
    public MapNode Document(MapNode root, KeyPath path) =>
        root.With(root.Entries.Select(e => ComposeNames.IsExtension(e.Name) ? e : e with { Value = Fill(e.Value, path.Key(e.Name)) }));

    public Node Fill(Node node, KeyPath path)
    {
        if (done.TryGetValue(node, out var known))
        {
            return known;
        }

        Node filled = node switch
        {
            TextNode text => Fill(text, path),
            ListNode list => new ListNode(list.Line, list.Column, [.. list.Items.Select((item, i) => Fill(item, path.Index(i)))]),
            MapNode map => map.With(map.Entries.Select(e => e with { Value = Fill(e.Value, path.Key(e.Name)) })),
            _ => node,
        };
        done[node] = filled;
        return filled;
    }

    private TextNode Fill(TextNode text, KeyPath path)
    {
        if (!text.Value.Contains('$'))
        {
            return text;
        }

        var wrong = new List<(int Line, int Column, string Reason)>();
        var filled = Expand(text.Value, (offset, reason) =>
        {
            var (line, column) = text.PositionOf(offset);
            wrong.Add((line, column, reason));
        });
        if (wrong.Count > 0)
        {
            findings.RefuseUnfilled(wrong, path);
        }

        // "$$5" had no variable in it: a quoted text stays a text.
        return text.Filled(filled);
    }

    /// <summary>The text with its variables filled in; what is wrong goes to <paramref name="refuse"/> with its offset.</summary>
    public string Expand(string text, Action<int, string> refuse)
    {
        var parts = VariableTemplate.Parse(text, out var error);
        if (error is not null)
        {
            refuse(error.Offset, error.Reason);
            return text;
        }

        var output = new StringBuilder();
        Write(parts, output, refuse);
        return output.ToString();
    }

    private void Write(ImmutableArray<TemplatePart> parts, StringBuilder output, Action<int, string> refuse)
    {
        foreach (var part in parts)
        {
            if (tooLong)
            {
                return;
            }

            if (part is LiteralPart literal)
            {
                Append(literal.Text, output, refuse, 0);
            }
            else if (part is VariablePart variable)
            {
                Write(variable, output, refuse);
            }
        }
    }

    private void Write(VariablePart part, StringBuilder output, Action<int, string> refuse)
    {
        var isSet = variables.TryGetValue(part.Name, out var value);
        var isBlank = string.IsNullOrEmpty(value);
        switch (part.Rule)
        {
            case VariableRule.InsteadIfSet when isSet:
            case VariableRule.InsteadIfNotBlank when !isBlank:
            case VariableRule.DefaultIfUnset when !isSet:
            case VariableRule.DefaultIfBlank when isBlank:
                Write(part.Argument, output, refuse);
                break;
            case VariableRule.InsteadIfSet or VariableRule.InsteadIfNotBlank:
                break;
            case VariableRule.RequiredIfUnset when !isSet:
            case VariableRule.RequiredIfBlank when isBlank:
                var message = new StringBuilder();
                Write(part.Argument, message, refuse);
                refuse(part.Offset, message.Length == 0
                    ? $"the variable {part.Name} must have a value"
                    : $"the variable {part.Name} must have a value: {KeyPath.Clip(message.ToString())}");
                break;
            case VariableRule.Plain when !isSet:
                refuse(part.Offset, $"the variable {part.Name} has neither a value nor a default");
                break;
            default:
                Append(value!, output, refuse, part.Offset);
                break;
        }
    }

    private void Append(string text, StringBuilder output, Action<int, string> refuse, int offset)
    {
        produced += text.Length;
        if (produced > ComposeLimits.InterpolatedCharacters)
        {
            tooLong = true;
            refuse(offset, "too large once its variables are filled in");
            return;
        }

        output.Append(text);
    }
}
