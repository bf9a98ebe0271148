using System.Text;

namespace Portal.Access.Directories;

/// <summary>Search filters made from a template and values that may hold anything (RFC 4515).</summary>
internal static class LdapFilter
{
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '\\' or '*' or '(' or ')' or '\0' => text.Append('\\').Append(((int)letter).ToString("x2", null)),
                _ => text.Append(letter),
            };
        }

        return text.ToString();
    }

    public static string User(string template, string login) => template.Replace("{login}", Escape(login), StringComparison.Ordinal);

    /// <summary>The groups that hold any of the entries.</summary>
    public static string Groups(string template, IReadOnlyCollection<string> dns)
    {
        var each = dns.Select(dn => template.Replace("{dn}", Escape(dn), StringComparison.Ordinal)).ToList();
        return each.Count == 1 ? each[0] : $"(|{string.Concat(each)})";
    }

    public static bool IsTemplate(string text, string variable)
    {
        if (!text.StartsWith('(') || !text.EndsWith(')') || !text.Contains(variable, StringComparison.Ordinal))
        {
            return false;
        }

        var depth = 0;
        foreach (var letter in text)
        {
            depth += letter switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0)
            {
                return false;
            }
        }

        return depth == 0;
    }
}
