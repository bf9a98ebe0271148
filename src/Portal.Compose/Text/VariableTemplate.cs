using System.Collections.Immutable;
using System.Text;

namespace Portal.Compose;

/// <summary>What <c>${NAME…}</c> does when the variable has no value, or has one.</summary>
internal enum VariableRule
{
    /// <summary>must have a value</summary>
    Plain,

    /// <summary><c>-</c></summary>
    DefaultIfUnset,

    /// <summary><c>:-</c></summary>
    DefaultIfBlank,

    /// <summary><c>?</c></summary>
    RequiredIfUnset,

    /// <summary><c>:?</c></summary>
    RequiredIfBlank,

    /// <summary><c>+</c></summary>
    InsteadIfSet,

    /// <summary><c>:+</c></summary>
    InsteadIfNotBlank,
}

internal abstract record TemplatePart;

internal sealed record LiteralPart(string Text) : TemplatePart;

/// <param name="Offset">of the dollar sign in the text</param>
internal sealed record VariablePart(string Name, VariableRule Rule, ImmutableArray<TemplatePart> Argument, int Offset) : TemplatePart;

internal sealed record TemplateError(int Offset, string Reason);

/// <summary>Reads the Compose forms of variables out of one text, in one pass.</summary>
internal sealed class VariableTemplate
{
    private readonly string text;
    private int at;
    private TemplateError? error;

    private VariableTemplate(string text) => this.text = text;

    public static ImmutableArray<TemplatePart> Parse(string text, out TemplateError? error)
    {
        var parser = new VariableTemplate(text);
        var parts = parser.Parts(0);
        error = parser.error;
        return parts;
    }

    private ImmutableArray<TemplatePart> Parts(int level)
    {
        var parts = ImmutableArray.CreateBuilder<TemplatePart>();
        var literal = new StringBuilder();
        while (at < text.Length && error is null)
        {
            var c = text[at];
            if (c == '}' && level > 0)
            {
                break;
            }

            if (c != '$')
            {
                literal.Append(c);
                at++;
            }
            else if (at + 1 < text.Length && text[at + 1] == '$')
            {
                literal.Append('$');
                at += 2;
            }
            else
            {
                if (literal.Length > 0)
                {
                    parts.Add(new LiteralPart(literal.ToString()));
                    literal.Clear();
                }

                if (Variable(level) is { } variable)
                {
                    parts.Add(variable);
                }
            }
        }

        if (literal.Length > 0)
        {
            parts.Add(new LiteralPart(literal.ToString()));
        }

        return parts.ToImmutable();
    }

    private VariablePart? Variable(int level)
    {
        var start = at++;
        var braces = at < text.Length && text[at] == '{';
        if (braces)
        {
            at++;
        }

        var name = Name();
        if (name.Length == 0)
        {
            return Fail(start, "a '$' must be followed by the name of a variable; write '$$' for the sign itself");
        }

        if (!braces)
        {
            return new VariablePart(name, VariableRule.Plain, [], start);
        }

        if (at >= text.Length)
        {
            return Fail(start, $"'${{{name}' is not closed");
        }

        if (text[at] == '}')
        {
            at++;
            return new VariablePart(name, VariableRule.Plain, [], start);
        }

        var blankToo = text[at] == ':';
        var sign = blankToo ? at + 1 < text.Length ? text[at + 1] : '\0' : text[at];
        VariableRule? rule = (sign, blankToo) switch
        {
            ('-', false) => VariableRule.DefaultIfUnset,
            ('-', true) => VariableRule.DefaultIfBlank,
            ('?', false) => VariableRule.RequiredIfUnset,
            ('?', true) => VariableRule.RequiredIfBlank,
            ('+', false) => VariableRule.InsteadIfSet,
            ('+', true) => VariableRule.InsteadIfNotBlank,
            _ => null,
        };
        if (rule is not { } known)
        {
            return Fail(start, $"'${{{name}' must go on with }}, -, :-, ?, :?, + or :+");
        }

        if (level + 1 > ComposeLimits.NestedDefaults)
        {
            return Fail(start, $"variables nested deeper than {ComposeLimits.NestedDefaults} levels");
        }

        at += blankToo ? 2 : 1;
        var argument = Parts(level + 1);
        if (error is not null)
        {
            return null;
        }

        if (at >= text.Length)
        {
            return Fail(start, $"'${{{name}' is not closed");
        }

        at++;
        return new VariablePart(name, known, argument, start);
    }

    private string Name()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_' || (at > start && char.IsAsciiDigit(text[at]))))
        {
            at++;
        }

        return text[start..at];
    }

    private VariablePart? Fail(int offset, string reason)
    {
        error ??= new TemplateError(offset, reason);
        return null;
    }
}
