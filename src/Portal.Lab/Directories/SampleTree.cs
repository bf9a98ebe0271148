namespace Portal.Lab.Directories;

/// <summary>The people and groups that the lab's directory starts with. A person's password is their login and <c>-pass</c>.</summary>
public static class SampleTree
{
    public const string Base = "dc=portal,dc=test";
    public const string People = "ou=people," + Base;
    public const string Groups = "ou=groups," + Base;
    public const string Manager = "cn=manager," + Base;
    public const string Reader = "cn=portal-reader,ou=services," + Base;
    public const string ReaderPassword = "reader-pass";

    public static IReadOnlyList<(string Login, string Name)> Persons { get; } =
    [
        ("acme-view", "Vera Acme"),
        ("acme-dev", "Dana Acme"),
        ("acme-ops", "Otto Acme"),
        ("acme-owner", "Olga Acme"),
        ("acme-temp", "Timo Contractor"),
        ("globex-dev", "Dora Globex"),
        ("globex-owner", "Gus Globex"),
        ("admin-anna", "Anna Admin"),
        ("nobody-nils", "Nils Nobody"),
    ];

    /// <summary>Members are logins, or group names with a leading <c>@</c>: a nested group.</summary>
    public static IReadOnlyList<(string Name, string[] Members)> GroupsWithMembers { get; } =
    [
        ("acme-viewers", ["acme-view"]),
        ("acme-contractors", ["acme-temp"]),
        ("acme-developers", ["acme-dev", "@acme-contractors"]),
        ("acme-operators", ["acme-ops"]),
        ("acme-owners", ["acme-owner"]),
        ("globex-developers", ["globex-dev"]),
        ("globex-owners", ["globex-owner"]),
        ("portal-administrators", ["admin-anna"]),
    ];

    public static string Person(string login) => $"uid={login},{People}";

    public static string Group(string name) => $"cn={name},{Groups}";

    public static string Password(string login) => login + "-pass";

    public static string Member(string name) => name.StartsWith('@') ? Group(name[1..]) : Person(name);
}
