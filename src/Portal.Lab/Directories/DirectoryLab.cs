using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Portal.Lab.Directories;

/// <summary>
/// Debian's slapd on free loopback ports, plain with StartTLS and LDAPS, holding the <see cref="SampleTree"/>.
/// Group back-references (memberof) and referential integrity are on.
/// </summary>
public sealed class DirectoryLab : IAsyncDisposable
{
    private const string ManagerPassword = "manager-pass";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly UndoLog log;
    private readonly UndoEntry undo;
    private readonly string folder;
    private readonly int port = FreePort();
    private readonly int tlsPort = FreePort();
    private LabProcess? process;

    private DirectoryLab(UndoLog log, UndoEntry undo, string folder) => (this.log, this.undo, this.folder) = (log, undo, folder);

    /// <summary><c>ldap://127.0.0.1:PORT</c>. By number: libldap takes the name localhost for the machine's own name when it checks certificates.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{port}");

    public string TlsUrl => string.Create(CultureInfo.InvariantCulture, $"ldaps://127.0.0.1:{tlsPort}");

    /// <summary>The authority that signed the server's certificate.</summary>
    public string CaFile => Path.Combine(folder, "ca.pem");

    /// <param name="folder">Where the server keeps its files, removed with it; null makes one.</param>
    public static async Task<DirectoryLab> StartAsync(UndoLog log, string? folder = null, CancellationToken cancel = default)
    {
        folder ??= Path.Combine(Path.GetTempPath(), $"portal-lab-ldap-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        var lab = new DirectoryLab(log, log.AddFolder(folder), folder);
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        LabAuthority.Write(folder, TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder, "slapd.conf"), lab.Configuration(), cancel).ConfigureAwait(false);
        await lab.StartAgainAsync(cancel).ConfigureAwait(false);
        lab.Seed();
        return lab;
    }

    /// <summary>On the ports and data that it had.</summary>
    public async Task StartAgainAsync(CancellationToken cancel = default)
    {
        process = LabProcess.Start(
            log,
            "/usr/sbin/slapd",
            ["-d", "0", "-f", Path.Combine(folder, "slapd.conf"), "-h", $"{Url} {TlsUrl}"],
            new LabProcessOptions(LogFile: Path.Combine(folder, "slapd.log")));
        await process.WaitUntilAsync("an open port", AnswersAsync, StartLimit, cancel).ConfigureAwait(false);
    }

    public async Task StopAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync().ConfigureAwait(false);
            process = null;
        }
    }

    /// <summary>The portal's settings for this directory, with the account that searches.</summary>
    /// <param name="security"><c>None</c>, <c>StartTls</c>, or null for LDAPS.</param>
    public IReadOnlyDictionary<string, string?> PortalSettings(string? security) => new Dictionary<string, string?>
    {
        ["Portal:Directory:Url"] = security is null ? TlsUrl : Url,
        ["Portal:Directory:Security"] = security ?? "StartTls",
        ["Portal:Directory:CaFile"] = CaFile,
        ["Portal:Directory:BindDn"] = SampleTree.Reader,
        ["Portal:Directory:BindPassword"] = SampleTree.ReaderPassword,
        ["Portal:Directory:UserBase"] = SampleTree.People,
        ["Portal:Directory:GroupBase"] = SampleTree.Groups,
    };

    public void AddPerson(string login, string name) => Send(new AddRequest(SampleTree.Person(login),
        new DirectoryAttribute("objectClass", "inetOrgPerson"),
        new DirectoryAttribute("uid", login),
        new DirectoryAttribute("cn", name),
        new DirectoryAttribute("sn", name.Split(' ')[^1]),
        new DirectoryAttribute("displayName", name),
        new DirectoryAttribute("userPassword", SampleTree.Password(login))));

    // A groupOfNames may not be empty, so each holds the manager, who is no entry.
    public void AddGroup(string name, params string[] members) => Send(new AddRequest(SampleTree.Group(name),
        new DirectoryAttribute("objectClass", "groupOfNames"),
        new DirectoryAttribute("cn", name),
        new DirectoryAttribute("member", [SampleTree.Manager, .. members.Select(SampleTree.Member)])));

    /// <param name="member">A login, or a group's name with a leading <c>@</c>.</param>
    public void AddMember(string group, string member) => Change(SampleTree.Group(group), DirectoryAttributeOperation.Add, "member", SampleTree.Member(member));

    public void RemoveMember(string group, string member) => Change(SampleTree.Group(group), DirectoryAttributeOperation.Delete, "member", SampleTree.Member(member));

    public void DeletePerson(string login) => Send(new DeleteRequest(SampleTree.Person(login)));

    public void DeleteGroup(string name) => Send(new DeleteRequest(SampleTree.Group(name)));

    public void SetPassword(string login, string password) => Change(SampleTree.Person(login), DirectoryAttributeOperation.Replace, "userPassword", password);

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await undo.RunAsync().ConfigureAwait(false);
    }

    private void Seed()
    {
        Send(new AddRequest(SampleTree.Base,
            new DirectoryAttribute("objectClass", "organization", "dcObject"),
            new DirectoryAttribute("o", "Lab"),
            new DirectoryAttribute("dc", "portal")));
        foreach (var unit in (string[])["people", "groups", "services"])
        {
            Send(new AddRequest($"ou={unit},{SampleTree.Base}", new DirectoryAttribute("objectClass", "organizationalUnit"), new DirectoryAttribute("ou", unit)));
        }

        Send(new AddRequest(SampleTree.Reader,
            new DirectoryAttribute("objectClass", "organizationalRole", "simpleSecurityObject"),
            new DirectoryAttribute("cn", "portal-reader"),
            new DirectoryAttribute("userPassword", SampleTree.ReaderPassword)));
        foreach (var (login, name) in SampleTree.Persons)
        {
            AddPerson(login, name);
        }

        foreach (var (name, members) in SampleTree.GroupsWithMembers)
        {
            AddGroup(name, members);
        }
    }

    private void Change(string dn, DirectoryAttributeOperation operation, string attribute, string value) =>
        Send(new ModifyRequest(dn, operation, attribute, value));

    private void Send(DirectoryRequest request)
    {
        using var connection = new LdapConnection(new LdapDirectoryIdentifier("127.0.0.1", port), new NetworkCredential(SampleTree.Manager, ManagerPassword), AuthType.Basic);
        connection.SessionOptions.ProtocolVersion = 3;
        connection.Bind();
        connection.SendRequest(request);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, tlsPort, cancel).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Configuration() => $"""
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        moduleload memberof
        moduleload refint
        TLSCACertificateFile {folder}/ca.pem
        TLSCertificateFile {folder}/server.pem
        TLSCertificateKeyFile {folder}/server.key
        database mdb
        maxsize 16777216
        suffix "{SampleTree.Base}"
        rootdn "{SampleTree.Manager}"
        rootpw {ManagerPassword}
        directory {folder}/data
        dbnosync
        index objectClass,uid,member eq
        access to attrs=userPassword by anonymous auth by * none
        access to * by * read
        overlay memberof
        overlay refint
        refint_attributes member
        refint_nothing "{SampleTree.Manager}"

        """;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
