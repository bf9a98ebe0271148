using System.Text;

namespace Portal.Compose;

/// <summary>One piece of a template: text, or the words between <c>{{</c> and <c>}}</c>.</summary>
internal sealed record GoPiece(int Line, string? Text, IReadOnlyList<string> Words);

/// <summary>Cuts a template into pieces, with trimming done.</summary>
internal static class GoLexer
{
    private const string White = " \t\r\n";

    public static List<GoPiece> Cut(string text)
    {
        var pieces = new List<GoPiece>();
        var at = 0;
        var line = 1;
        var trimNext = false;
        while (at < text.Length)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            var end = open < 0 ? text.Length : open;
            var trimBefore = open >= 0 && open + 3 < text.Length && text[open + 2] == '-' && White.Contains(text[open + 3]);
            var plain = text[at..end];
            var shown = trimNext ? plain.TrimStart(White.ToCharArray()) : plain;
            shown = trimBefore ? shown.TrimEnd(White.ToCharArray()) : shown;
            if (shown.Length > 0)
            {
                pieces.Add(new GoPiece(line, shown, []));
            }

            line += plain.AsSpan().Count('\n');
            if (open < 0)
            {
                break;
            }

            at = open + (trimBefore ? 3 : 2);
            var words = new List<string>();
            var start = line;
            (at, trimNext) = Action(text, at, ref line, words, start);
            pieces.Add(new GoPiece(start, null, words));
        }

        return pieces;
    }

    private static (int At, bool Trim) Action(string text, int at, ref int line, List<string> words, int start)
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '}' && at + 1 < text.Length && text[at + 1] == '}')
            {
                return (at + 2, false);
            }

            if (White.Contains(c))
            {
                if (string.CompareOrdinal(text, at + 1, "-}}", 0, 3) == 0)
                {
                    return (at + 4, true);
                }

                line += c == '\n' ? 1 : 0;
                at++;
            }
            else if (c is '(' or ')' or '|' or ',')
            {
                words.Add(c.ToString());
                at++;
            }
            else if (c is '"' or '`')
            {
                at = Quoted(text, at, words, start);
            }
            else if (c == ':' && at + 1 < text.Length && text[at + 1] == '=')
            {
                words.Add(":=");
                at += 2;
            }
            else
            {
                var from = at;
                while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.' or '$' or '-'))
                {
                    at++;
                }

                if (at == from)
                {
                    throw new GoTemplateException(line, $"'{c}' has no meaning in a template here");
                }

                words.Add(text[from..at]);
            }
        }

        throw new GoTemplateException(start, "'{{' is not closed");
    }

    // A quoted word keeps its opening quote as a mark of what it is.
    private static int Quoted(string text, int at, List<string> words, int start)
    {
        var quote = text[at];
        var word = new StringBuilder("\"");
        for (var i = at + 1; i < text.Length && (quote == '`' || text[i] != '\n'); i++)
        {
            if (text[i] == quote)
            {
                words.Add(word.ToString());
                return i + 1;
            }

            if (quote == '"' && text[i] == '\\' && i + 1 < text.Length)
            {
                word.Append(text[++i] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    '"' => '"',
                    '\\' => '\\',
                    var c => throw new GoTemplateException(start, $"'\\{c}' has no meaning in a template here"),
                });
            }
            else
            {
                word.Append(text[i]);
            }
        }

        throw new GoTemplateException(start, "a quote is not closed");
    }
}
