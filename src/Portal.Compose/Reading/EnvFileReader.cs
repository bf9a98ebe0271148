using System.Text;

namespace Portal.Compose;

/// <summary>Lines of <c>NAME=value</c>, as env_file and label_file hold them.</summary>
internal sealed class EnvFileReader(ReadContext context)
{
    /// <summary>Adds the file's pairs to the target, later lines over earlier ones.</summary>
    /// <param name="raw">values are taken as they stand, without quotes and variables</param>
    public void Read(string name, string content, bool raw, IDictionary<string, string> target, bool anyName = false)
    {
        var findings = context.Log.For(name);
        var scope = new Dictionary<string, string>(context.Variables, StringComparer.Ordinal);
        var interpolator = new Interpolator(scope, findings);
        var lines = content.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var number = i + 1;
            var line = (number == 1 ? lines[i].TrimStart('\uFEFF') : lines[i]).TrimStart();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line["export ".Length..].TrimStart();
            }

            var cut = line.IndexOf('=', StringComparison.Ordinal);
            var key = (cut < 0 ? line : line[..cut]).Trim();
            if (key.Length == 0 || (!anyName && key.Any(char.IsWhiteSpace)))
            {
                findings.Refuse(number, 1, KeyPath.Root, $"'{KeyPath.Clip(line)}' is no line of the form NAME=value");
                continue;
            }

            if (cut < 0)
            {
                if (context.Variables.TryGetValue(key, out var passed))
                {
                    target[key] = passed;
                }

                continue;
            }

            var text = line[(cut + 1)..];
            var value = raw ? text : Value(text.Trim(), lines, ref i);
            if (value is null)
            {
                findings.Refuse(number, 1, KeyPath.Root.Key(key), "a quote is not closed");
                return;
            }

            var filled = raw || !value.Value.Fill
                ? value.Value.Text
                : interpolator.Expand(value.Value.Text, (_, reason) => findings.Refuse(number, 1, KeyPath.Root.Key(key), reason));
            target[key] = filled;
            scope[key] = filled;
        }
    }

    private static EnvValue? Value(string text, string[] lines, ref int index)
    {
        if (text.Length == 0 || text[0] is not ('"' or '\''))
        {
            var comment = text.IndexOf(" #", StringComparison.Ordinal);
            return new EnvValue(comment < 0 ? text : text[..comment].TrimEnd(), true);
        }

        var quote = text[0];
        var value = new StringBuilder();
        for (var at = 1; ; at++)
        {
            if (at >= text.Length)
            {
                if (++index >= lines.Length)
                {
                    return null;
                }

                value.Append('\n');
                text = lines[index];
                at = -1;
            }
            else if (text[at] == quote)
            {
                return new EnvValue(value.ToString(), quote == '"');
            }
            else if (quote == '"' && text[at] == '\\' && at + 1 < text.Length)
            {
                value.Append(text[++at] switch { 'n' => "\n", 'r' => "\r", 't' => "\t", '"' => "\"", '\\' => "\\", '$' => "$$", var c => "\\" + c });
            }
            else
            {
                value.Append(text[at]);
            }
        }
    }

    private readonly record struct EnvValue(string Text, bool Fill)
    {
        public static implicit operator EnvValue(string text) => new(text, false);
    }
}
