using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>Collects the variables of a document, each once.</summary>
internal sealed class VariableFinder
{
    private readonly Dictionary<string, VariableUse> found = new(StringComparer.Ordinal);
    private readonly HashSet<Node> seen = new(ReferenceEqualityComparer.Instance);

    public static ImmutableArray<VariableUse> Find(string text)
    {
        var finder = new VariableFinder();
        if (YamlLoader.Load(text, new FindingLog().For("")) is MapNode root)
        {
            foreach (var entry in root.Entries.Where(e => !ComposeNames.IsExtension(e.Name) && e.Name is not ("catalog" or ".catalog")))
            {
                finder.Visit(entry.Value);
            }
        }

        return [.. finder.found.Values.OrderBy(v => v.Line).ThenBy(v => v.Column)];
    }

    private void Visit(Node node)
    {
        if (!seen.Add(node))
        {
            return;
        }

        switch (node)
        {
            case TextNode text when text.Value.Contains('$'):
                Take(VariableTemplate.Parse(text.Value, out _), text, false);
                break;
            case ListNode list:
                foreach (var item in list.Items)
                {
                    Visit(item);
                }

                break;
            case MapNode map:
                foreach (var entry in map.Entries)
                {
                    Visit(entry.Value);
                }

                break;
        }
    }

    // A variable inside the default of another is asked for only when that one has no value.
    private void Take(ImmutableArray<TemplatePart> parts, TextNode text, bool nested)
    {
        foreach (var part in parts.OfType<VariablePart>())
        {
            var (line, column) = text.PositionOf(part.Offset);
            var required = !nested && part.Rule is VariableRule.Plain or VariableRule.RequiredIfUnset or VariableRule.RequiredIfBlank;
            var otherwise = part.Rule is VariableRule.DefaultIfUnset or VariableRule.DefaultIfBlank ? Written(part.Argument) : null;
            found[part.Name] = found.TryGetValue(part.Name, out var known)
                ? known with { Default = known.Default ?? otherwise, Required = known.Required || required }
                : new VariableUse(part.Name, line, column, otherwise, required);
            Take(part.Argument, text, true);
        }
    }

    private static string Written(ImmutableArray<TemplatePart> parts) => string.Concat(parts.Select(p => p switch
    {
        LiteralPart literal => literal.Text,
        VariablePart { Rule: VariableRule.Plain } variable => "${" + variable.Name + "}",
        VariablePart variable => "${" + variable.Name + Sign(variable.Rule) + Written(variable.Argument) + "}",
        _ => "",
    }));

    private static string Sign(VariableRule rule) => rule switch
    {
        VariableRule.DefaultIfUnset => "-",
        VariableRule.DefaultIfBlank => ":-",
        VariableRule.RequiredIfUnset => "?",
        VariableRule.RequiredIfBlank => ":?",
        VariableRule.InsteadIfSet => "+",
        _ => ":+",
    };
}
