using System.Diagnostics;
using System.DirectoryServices.Protocols;
using System.Net;
using System.Net.Sockets;

namespace Portal.Lab.Directories;

/// <summary>
/// Debian's slapd on free loopback ports, plain with StartTLS and LDAPS, holding the <see cref="SampleTree"/>.
/// Group back-references (memberof) and referential integrity are on.
/// </summary>
public sealed class DirectoryLab : IAsyncDisposable
{
    private const string ManagerPassword = "manager-pass";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string folder;
    private readonly TimeProvider clock;
    private readonly int port = FreePort();
    private readonly int tlsPort = FreePort();
    private Process? server;
    private Task<string> output = Task.FromResult("");

    private DirectoryLab(string folder, TimeProvider clock) => (this.folder, this.clock) = (folder, clock);

    /// <summary><c>ldap://127.0.0.1:PORT</c>. By number: libldap takes the name localhost for the machine's own name when it checks certificates.</summary>
    public string Url => $"ldap://127.0.0.1:{port}";

    public string TlsUrl => $"ldaps://127.0.0.1:{tlsPort}";

    public string CaFile => Path.Combine(folder, "ca.pem");

    /// <param name="folder">An empty or new folder for the server's files; removed with the lab.</param>
    public static async Task<DirectoryLab> StartAsync(string folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        LabAuthority.Write(folder, clock);
        var lab = new DirectoryLab(folder, clock);
        await File.WriteAllTextAsync(Path.Combine(folder, "slapd.conf"), lab.Configuration(), cancellationToken);
        await lab.StartAsync(cancellationToken);
        lab.Seed();
        return lab;
    }

    /// <summary>Starts the server again on the ports it had.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/usr/sbin/slapd", ["-d", "0", "-f", Path.Combine(folder, "slapd.conf"), "-h", $"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tlsPort}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        server = Process.Start(start) ?? throw new InvalidOperationException("slapd did not start: install the package slapd.");
        output = server.StandardError.ReadToEndAsync(cancellationToken);
        var deadline = clock.GetUtcNow() + Patience;
        while (!await AnswersAsync(cancellationToken))
        {
            if (server.HasExited || clock.GetUtcNow() > deadline)
            {
                await StopAsync();
                throw new InvalidOperationException($"slapd on port {port} does not answer: {await output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    public async Task StopAsync()
    {
        if (server is null)
        {
            return;
        }

        if (!server.HasExited)
        {
            server.Kill();
        }

        await server.WaitForExitAsync();
        server.Dispose();
        server = null;
    }

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
        await StopAsync();
        Directory.Delete(folder, recursive: true);
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

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, tlsPort, cancellationToken);
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
