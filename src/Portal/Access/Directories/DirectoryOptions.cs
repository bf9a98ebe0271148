using Microsoft.Extensions.Options;

namespace Portal.Access.Directories;

public enum DirectorySecurity { StartTls, None }

/// <summary>Section <c>Portal:Directory</c>. Without a <see cref="Url"/> only the local administrator can sign in.</summary>
public sealed class DirectoryOptions
{
    public const string Section = "Portal:Directory";

    /// <summary><c>ldap://host[:389]</c> or <c>ldaps://host[:636]</c>.</summary>
    public string? Url { get; set; }

    /// <summary>For <c>ldap://</c>: passwords go in the clear only where <c>None</c> was said.</summary>
    public DirectorySecurity Security { get; set; } = DirectorySecurity.StartTls;

    /// <summary>PEM file with the authority that signed the server's certificate; absent: the machine's own list.</summary>
    public string? CaFile { get; set; }

    /// <summary>The account that searches; absent: anonymous.</summary>
    public string? BindDn { get; set; }
    public string? BindPassword { get; set; }

    public string UserBase { get; set; } = "";

    /// <summary>Finds one person; <c>{login}</c> is what was typed, escaped. Whom it stops finding loses access.</summary>
    public string UserFilter { get; set; } = "(uid={login})";

    public string GroupBase { get; set; } = "";

    /// <summary>Finds the groups that hold <c>{dn}</c>, a person or a group.</summary>
    public string GroupFilter { get; set; } = "(|(member={dn})(uniqueMember={dn}))";

    /// <summary>Names an entry's groups in the entry itself; read besides the search. Empty: not read.</summary>
    public string MemberOfAttribute { get; set; } = "memberOf";

    public string LoginAttribute { get; set; } = "uid";

    public string DisplayNameAttribute { get; set; } = "displayName";

    /// <summary>For each exchange with the directory.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    public bool IsConfigured => !string.IsNullOrWhiteSpace(Url);

    internal bool IsLdaps => new Uri(Url!).Scheme == "ldaps";
}

internal sealed class DirectoryOptionsValidator : IValidateOptions<DirectoryOptions>
{
    public ValidateOptionsResult Validate(string? name, DirectoryOptions options)
    {
        if (!options.IsConfigured)
        {
            return ValidateOptionsResult.Success;
        }

        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(DirectoryOptions options)
    {
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("ldap" or "ldaps") || url.Host.Length == 0 || url.PathAndQuery.Trim('/').Length > 0)
        {
            yield return $"Portal:Directory:Url must be ldap://host:port or ldaps://host:port, not '{options.Url}'.";
        }

        if (options.CaFile is { } file && !File.Exists(file))
        {
            yield return $"Portal:Directory:CaFile names '{file}', which does not exist.";
        }

        if (string.IsNullOrEmpty(options.BindDn) != string.IsNullOrEmpty(options.BindPassword))
        {
            yield return "Portal:Directory:BindDn and BindPassword go together: both, or neither for an anonymous search.";
        }

        foreach (var (key, text) in ((string, string?)[])[("BindDn", options.BindDn), ("UserBase", options.UserBase), ("GroupBase", options.GroupBase)])
        {
            var absent = string.IsNullOrEmpty(text);
            if (absent ? key != "BindDn" : !DistinguishedName.TryParse(text!, out _))
            {
                yield return absent ? $"Portal:Directory:{key} is missing." : $"Portal:Directory:{key} is not a distinguished name: '{text}'.";
            }
        }

        if (!LdapFilter.IsTemplate(options.UserFilter, "{login}"))
        {
            yield return $"Portal:Directory:UserFilter must be a filter in parentheses with {{login}}, not '{options.UserFilter}'.";
        }

        if (!LdapFilter.IsTemplate(options.GroupFilter, "{dn}"))
        {
            yield return $"Portal:Directory:GroupFilter must be a filter in parentheses with {{dn}}, not '{options.GroupFilter}'.";
        }

        if (options.LoginAttribute.Length == 0 || options.DisplayNameAttribute.Length == 0)
        {
            yield return "Portal:Directory:LoginAttribute and DisplayNameAttribute must name an attribute.";
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(1))
        {
            yield return $"Portal:Directory:Timeout must be between 0.1 and 60 seconds, not {options.Timeout}.";
        }
    }
}
