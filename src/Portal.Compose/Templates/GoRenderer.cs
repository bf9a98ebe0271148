using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Portal.Compose;

/// <summary>Writes a template's nodes out, with a bound on both the text and the steps.</summary>
internal sealed class GoRenderer(IReadOnlyDictionary<string, string> values)
{
    private const int MostSteps = 1_000_000;
    private const int LongestRange = 1000;

    private readonly StringBuilder output = new();
    private readonly Dictionary<string, long> variables = new(StringComparer.Ordinal);
    private int steps;

    public string Render(ImmutableArray<GoNode> nodes)
    {
        Write(nodes);
        return output.ToString();
    }

    private void Write(ImmutableArray<GoNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (++steps > MostSteps)
            {
                throw new GoTemplateException(node.Line, "takes too many steps");
            }

            switch (node)
            {
                case GoText text:
                    Append(text.Text, text.Line);
                    break;
                case GoOutput shown:
                    Append(Text(shown.Operand).Replace("$", "$$", StringComparison.Ordinal), shown.Line);
                    break;
                case GoIf choice:
                    Write(IsTrue(choice.Condition) ? choice.Then : choice.Else);
                    break;
                case GoRange range:
                    Write(range);
                    break;
            }
        }
    }

    private void Write(GoRange range)
    {
        var text = Text(range.Count);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > LongestRange)
        {
            throw new GoTemplateException(range.Line, $"the number of a range must be whole, from 0 to {LongestRange}");
        }

        if (count == 0)
        {
            Write(range.Else);
            return;
        }

        var before = new Dictionary<string, long>(variables, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            variables[range.Element] = i;
            if (range.Index is { } index)
            {
                variables[index] = i;
            }

            if (++steps > MostSteps)
            {
                throw new GoTemplateException(range.Line, "takes too many steps");
            }

            Write(range.Body);
        }

        // A name that an outer range gave as well has its own value again.
        foreach (var name in new[] { range.Element, range.Index }.OfType<string>())
        {
            if (before.TryGetValue(name, out var outer))
            {
                variables[name] = outer;
            }
        }
    }

    private bool IsTrue(GoCondition condition)
    {
        if (++steps > MostSteps)
        {
            throw new GoTemplateException(condition.Line, "takes too many steps");
        }

        switch (condition)
        {
            case GoOr any:
                return any.Any.Any(IsTrue);
            case GoCompare compare:
                var first = Value(compare.Operands[0]);
                var same = compare.Operands.Skip(1).Any(o => Same(first, Value(o), compare.Line));
                return same == compare.Equal;
            default:
                throw new InvalidOperationException($"no such condition: {condition.GetType().Name}");
        }
    }

    private static bool Same(object a, object b, int line) => a.GetType() == b.GetType()
        ? a.Equals(b)
        : throw new GoTemplateException(line, "compares a text with a number; answers are texts");

    private object Value(GoOperand operand) => operand switch
    {
        GoLiteral literal => literal.Value,
        GoVariable variable => variables[variable.Name],
        GoAnswer answer => values.TryGetValue(answer.Name, out var value)
            ? value
            : throw new GoTemplateException(answer.Line, $"the variable {answer.Name} has no value"),
        _ => throw new InvalidOperationException($"no such operand: {operand.GetType().Name}"),
    };

    private string Text(GoOperand operand) => Convert.ToString(Value(operand), CultureInfo.InvariantCulture)!;

    private void Append(string text, int line)
    {
        if (output.Length + text.Length > ComposeLimits.TextBytes)
        {
            throw new GoTemplateException(line, $"comes out longer than {ComposeLimits.TextBytes / 1024} KiB");
        }

        output.Append(text);
    }
}
