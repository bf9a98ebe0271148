using System.Collections.Immutable;
using System.Globalization;

namespace Portal.Compose;

/// <summary>Pieces to nodes. Whatever is not of the subset ends it.</summary>
internal sealed class GoParser
{
    private readonly List<GoPiece> pieces;
    private int at;

    private GoParser(List<GoPiece> pieces) => this.pieces = pieces;

    public static ImmutableArray<GoNode> Parse(string text)
    {
        if (text.Length > ComposeLimits.TextBytes)
        {
            throw new GoTemplateException(1, $"longer than {ComposeLimits.TextBytes / 1024} KiB");
        }

        var parser = new GoParser(GoLexer.Cut(text));
        var nodes = parser.Nodes(0, []);
        return parser.at == parser.pieces.Count
            ? nodes
            : throw new GoTemplateException(parser.pieces[parser.at].Line, $"'{parser.pieces[parser.at].Words[0]}' closes nothing");
    }

    private ImmutableArray<GoNode> Nodes(int depth, ImmutableHashSet<string> variables)
    {
        if (depth > ComposeLimits.Depth)
        {
            throw new GoTemplateException(pieces[at].Line, $"nested deeper than {ComposeLimits.Depth} levels");
        }

        var nodes = ImmutableArray.CreateBuilder<GoNode>();
        while (at < pieces.Count)
        {
            var piece = pieces[at];
            if (piece.Text is { } text)
            {
                nodes.Add(new GoText(piece.Line, text));
                at++;
                continue;
            }

            var words = new Words(piece);
            switch (words.Peek())
            {
                case "end" or "else":
                    return nodes.ToImmutable();
                case "if":
                    at++;
                    words.Take();
                    var condition = Condition(words, 0, variables);
                    words.End();
                    var (then, otherwise) = Branches(piece, depth, variables, variables);
                    nodes.Add(new GoIf(piece.Line, condition, then, otherwise));
                    break;
                case "range":
                    at++;
                    words.Take();
                    nodes.Add(Range(piece, words, depth, variables));
                    break;
                default:
                    at++;
                    nodes.Add(new GoOutput(piece.Line, Operand(words, variables)));
                    words.End();
                    break;
            }
        }

        return nodes.ToImmutable();
    }

    private (ImmutableArray<GoNode> Then, ImmutableArray<GoNode> Else) Branches(GoPiece opened, int depth, ImmutableHashSet<string> inside, ImmutableHashSet<string> outside)
    {
        var then = Nodes(depth + 1, inside);
        ImmutableArray<GoNode> otherwise = [];
        if (Closing(opened) == "else")
        {
            otherwise = Nodes(depth + 1, outside);
            if (Closing(opened) == "else")
            {
                throw new GoTemplateException(pieces[at - 1].Line, "a second 'else'");
            }
        }

        return (then, otherwise);
    }

    private string Closing(GoPiece opened)
    {
        if (at >= pieces.Count)
        {
            throw new GoTemplateException(opened.Line, $"'{opened.Words[0]}' has no 'end'");
        }

        var words = new Words(pieces[at++]);
        var word = words.Take();
        words.End();
        return word;
    }

    // range $i, $e := atoi .Values.NAME | until
    private GoRange Range(GoPiece piece, Words words, int depth, ImmutableHashSet<string> variables)
    {
        var first = Declared(words);
        string? second = null;
        if (words.Peek() == ",")
        {
            words.Take();
            second = Declared(words);
        }

        words.Expect(":=");
        words.Expect("atoi");
        var count = Operand(words, variables);
        words.Expect("|");
        words.Expect("until");
        words.End();
        var (index, element) = second is null ? (null, first) : (first, second);
        var inside = index is null ? variables.Add(element) : variables.Add(element).Add(index);
        var (body, otherwise) = Branches(piece, depth, inside, variables);
        return new GoRange(piece.Line, index, element, count, body, otherwise);
    }

    private static string Declared(Words words)
    {
        var name = words.Take();
        return name.Length > 1 && name[0] == '$' && ComposeNames.IsVariable(name[1..])
            ? name
            : throw new GoTemplateException(words.Line, $"'{KeyPath.Clip(name)}' must be a variable, as $i");
    }

    private static GoCondition Condition(Words words, int depth, ImmutableHashSet<string> variables)
    {
        if (depth > ComposeLimits.NestedDefaults)
        {
            throw new GoTemplateException(words.Line, $"a condition nested deeper than {ComposeLimits.NestedDefaults} levels");
        }

        var word = words.Take();
        switch (word)
        {
            case "eq" or "ne":
                var operands = ImmutableArray.CreateBuilder<GoOperand>();
                while (words.Peek() is not (null or ")"))
                {
                    operands.Add(Operand(words, variables));
                }

                return operands.Count == 2 || (word == "eq" && operands.Count > 2)
                    ? new GoCompare(words.Line, word == "eq", operands.ToImmutable())
                    : throw new GoTemplateException(words.Line, $"'{word}' must have two values to compare");
            case "or":
                var any = ImmutableArray.CreateBuilder<GoCondition>();
                while (words.Peek() is not (null or ")"))
                {
                    words.Expect("(");
                    any.Add(Condition(words, depth + 1, variables));
                    words.Expect(")");
                }

                return any.Count > 0 ? new GoOr(words.Line, any.ToImmutable()) : throw new GoTemplateException(words.Line, "'or' must have conditions");
            default:
                throw new GoTemplateException(words.Line, $"'{KeyPath.Clip(word)}' is no condition here; eq, ne and or are");
        }
    }

    private static GoOperand Operand(Words words, ImmutableHashSet<string> variables)
    {
        var word = words.Take();
        const string values = ".Values.";
        if (word[0] == '"')
        {
            return new GoLiteral(words.Line, word[1..]);
        }

        if (word.StartsWith(values, StringComparison.Ordinal) && ComposeNames.IsVariable(word[values.Length..]))
        {
            return new GoAnswer(words.Line, word[values.Length..]);
        }

        if (variables.Contains(word))
        {
            return new GoVariable(words.Line, word);
        }

        return long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new GoLiteral(words.Line, number)
            : throw new GoTemplateException(words.Line, $"'{KeyPath.Clip(word)}' has no meaning in a template here");
    }

    private sealed class Words(GoPiece piece)
    {
        private int next;

        public int Line => piece.Line;

        public string? Peek() => next < piece.Words.Count ? piece.Words[next] : null;

        public string Take() => next < piece.Words.Count ? piece.Words[next++] : throw new GoTemplateException(Line, "'{{ }}' ends too early");

        public void Expect(string word)
        {
            var found = Take();
            if (found != word)
            {
                throw new GoTemplateException(Line, $"'{KeyPath.Clip(found)}' stands where '{word}' must");
            }
        }

        public void End()
        {
            if (Peek() is { } word)
            {
                throw new GoTemplateException(Line, $"'{KeyPath.Clip(word)}' has no meaning in this place of a template");
            }
        }
    }
}
