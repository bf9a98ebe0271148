using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Portal.Access.Directories;

/// <summary>
/// A directory entry's name (RFC 4514). Two are equal without regard to case, to spaces around and inside of values beyond
/// the first, to the way that characters are escaped, and to the order within a multi-valued part.
/// </summary>
public sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    private readonly string key;

    private DistinguishedName(string text)
    {
        Text = text;
        key = text.ToLowerInvariant();
    }

    /// <summary>One spelling of spaces and escapes; upper and lower case as written.</summary>
    public string Text { get; }

    public bool Equals(DistinguishedName? other) => other is not null && other.key == key;

    public override bool Equals(object? obj) => Equals(obj as DistinguishedName);

    public override int GetHashCode() => key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <summary>The canonical spelling, or the text itself where it is no distinguished name.</summary>
    public static string Canonical(string text) => TryParse(text, out var name) ? name.Text : text;

    public static bool TryParse(string text, [NotNullWhen(true)] out DistinguishedName? name)
    {
        name = null;
        var relatives = new List<string>();
        foreach (var relative in Split(text, ',', ';'))
        {
            var parts = new List<string>();
            foreach (var part in Split(relative, '+'))
            {
                if (Part(part) is not { } written)
                {
                    return false;
                }

                parts.Add(written);
            }

            relatives.Add(string.Join('+', parts.Order(StringComparer.OrdinalIgnoreCase)));
        }

        name = new DistinguishedName(string.Join(',', relatives));
        return true;
    }

    private static string? Part(string part)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            return null;
        }

        var type = part[..equals].Trim();
        var known = type.Length > 0 && char.IsAsciiLetterOrDigit(type[0]) && type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.');
        return known && Unescape(part[(equals + 1)..]) is { Length: > 0 } value ? $"{type.ToLowerInvariant()}={Escape(value)}" : null;
    }

    /// <summary>The value's characters with runs of spaces made one; null where an escape is cut off.</summary>
    private static string? Unescape(string text)
    {
        // UTF-8, because hexadecimal escapes name bytes.
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                var length = char.IsSurrogatePair(text, i) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            {
                bytes.Add(hex);
                i += 2;
            }
            else if (i + 1 < text.Length)
            {
                bytes.Add((byte)text[++i]);
            }
            else
            {
                return null;
            }
        }

        return string.Join(' ', Encoding.UTF8.GetString([.. bytes]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 4);
        for (var i = 0; i < value.Length; i++)
        {
            var special = value[i] is ',' or ';' or '+' or '"' or '\\' or '<' or '>' or '=' || (i == 0 && value[i] == '#');
            _ = value[i] == '\0' ? text.Append("\\00") : special ? text.Append('\\').Append(value[i]) : text.Append(value[i]);
        }

        return text.ToString();
    }

    private static IEnumerable<string> Split(string text, params char[] separators)
    {
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (separators.Contains(text[i]))
            {
                yield return text[from..i];
                from = i + 1;
            }
        }

        yield return text[from..];
    }
}
