using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portal.Redaction;

/// <summary>The ways in which one value is written by programs that print it. Pure.</summary>
internal static class SecretForms
{
    /// <summary>Shorter values, and shorter pieces of encoded ones, turn up in any text: nothing is searched for them.</summary>
    public const int Shortest = 6;

    private const int ShortestBase64 = 8;

    /// <summary>The value, each of its lines, and each in every encoding; all of at least <see cref="Shortest"/> characters.</summary>
    public static IEnumerable<string> Of(string value) =>
        Plain(value).Where(IsLongEnough).SelectMany(Encoded).Where(IsLongEnough).Distinct(StringComparer.Ordinal);

    public static bool IsLongEnough(string text) => text.Length >= Shortest && !string.IsNullOrWhiteSpace(text);

    /// <summary>Logs are written by lines. Those of a PEM file that only say what it is are in every other.</summary>
    private static IEnumerable<string> Plain(string value)
    {
        yield return value;
        var trimmed = value.Trim();
        if (trimmed.Length != value.Length)
        {
            yield return trimmed;
        }

        if (trimmed.AsSpan().ContainsAny('\n', '\r'))
        {
            foreach (var line in trimmed.Split('\n').Select(line => line.Trim()).Where(line => line.Length >= ShortestBase64 && !line.StartsWith("-----", StringComparison.Ordinal)))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> Encoded(string value)
    {
        yield return value;
        // JSON, as strict and as lenient writers have it; YAML's double quotes are the lenient one, but for what cannot be printed.
        foreach (var json in new[] { Json(value, JavaScriptEncoder.Default), Json(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping), Json(value, JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All)) })
        {
            yield return json;
            yield return LowerEscapes(json, 'u');
            yield return json.Replace("/", "\\/", StringComparison.Ordinal);
        }

        // Writers that escape no more than they have to.
        yield return value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        yield return Ascii(value);
        yield return Yaml(value);
        // YAML's and SQL's single quotes; a shell's.
        yield return value.Replace("'", "''", StringComparison.Ordinal);
        yield return value.Replace("'", "'\\''", StringComparison.Ordinal);
        foreach (var url in new[] { Uri.EscapeDataString(value), WebUtility.UrlEncode(value), WebUtility.UrlEncode(value).Replace("+", "%20", StringComparison.Ordinal), UrlEncoder.Default.Encode(value) })
        {
            yield return url;
            yield return LowerEscapes(url, '%');
        }

        yield return WebUtility.HtmlEncode(value);
        foreach (var base64 in Base64(Encoding.UTF8.GetBytes(value)))
        {
            yield return base64;
            yield return base64.Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>By itself, and what does not change of it wherever it begins in something longer, such as <c>user:password</c>.</summary>
    private static IEnumerable<string> Base64(byte[] value)
    {
        var whole = Convert.ToBase64String(value);
        yield return whole;
        yield return whole.TrimEnd('=');
        for (var before = 0; before < 3; before++)
        {
            var shifted = Convert.ToBase64String([.. new byte[before], .. value]).TrimEnd('=');
            var first = (before * 8 + 5) / 6;
            var last = (before + value.Length) * 8 / 6;
            if (last - first >= ShortestBase64)
            {
                yield return shifted[first..last];
            }
        }
    }

    private static string Json(string value, JavaScriptEncoder encoder) => JsonEncodedText.Encode(Valid(value), encoder).ToString();

    /// <summary>Half a surrogate pair cannot be written as JSON.</summary>
    private static string Valid(string value) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value));

    /// <summary>With short escapes, and all beyond ASCII as <c>\u00e9</c>.</summary>
    private static string Ascii(string value) => Escape(value, c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' or > '~' => $"\\u{(int)c:x4}",
        _ => null,
    });

    /// <summary>In double quotes, with <c>\xe9</c> where that is enough.</summary>
    private static string Yaml(string value) => Escape(value, c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\0' => "\\0",
        (char)27 => "\\e",
        < ' ' or (> '~' and < (char)256) => $"\\x{(int)c:X2}",
        > '~' => $"\\u{(int)c:X4}",
        _ => null,
    });

    private static string Escape(string value, Func<char, string?> escape)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            text.Append(escape(c) ?? c.ToString());
        }

        return text.ToString();
    }

    /// <summary>Upper-case digits of escapes as lower-case ones: <c>%C3</c> as <c>%c3</c>, <c>\u00E9</c> as <c>\u00e9</c>.</summary>
    private static string LowerEscapes(string text, char mark)
    {
        var digits = mark == 'u' ? 4 : 2;
        var characters = text.ToCharArray();
        for (var i = 0; i + digits < characters.Length; i++)
        {
            if (characters[i] == mark && (mark == '%' || (i > 0 && characters[i - 1] == '\\')))
            {
                for (var digit = i + 1; digit <= i + digits; digit++)
                {
                    characters[digit] = char.ToLowerInvariant(characters[digit]);
                }
            }
        }

        return new string(characters);
    }
}
