using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Access.Directories;
using Portal.Lab.Directories;
using Portal.Store;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

/// <summary>The directory client against a real slapd.</summary>
[Trait("Category", "Lab")]
public sealed class LdapDirectoryTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("portal-test-ldap-");

    public void Dispose() => data.Delete(recursive: true);

    [Theory]
    [InlineData("None")]
    [InlineData("StartTls")]
    [InlineData(null)]
    public async Task The_right_password_signs_in_over_every_transport(string? security)
    {
        var answer = await SignInAsync((await LabFixture.Directory).PortalSettings(security), "ACME-dev", "acme-dev-pass");
        Assert.Equal(DirectoryOutcome.SignedIn, answer.Outcome);
        Assert.Equal("acme-dev", answer.Person!.Login);
        Assert.Equal("Dana Acme", answer.Person.DisplayName);
        Assert.Equal(SampleTree.Person("acme-dev"), answer.Person.Dn);
        Assert.Equal(SampleTree.Group("acme-developers"), Assert.Single(answer.Person.Groups));
    }

    [Theory]
    [InlineData("StartTls")]
    [InlineData(null)]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_no_password(string? security)
    {
        var settings = Without((await LabFixture.Directory).PortalSettings(security), "CaFile");
        Assert.Equal(DirectoryOutcome.Down, (await SignInAsync(settings, "acme-dev", "acme-dev-pass")).Outcome);
    }

    [Theory]
    [InlineData("acme-dev", "wrong", DirectoryOutcome.WrongPassword)]
    [InlineData("acme-dev", "", DirectoryOutcome.EmptyPassword)]
    [InlineData("no-such-person", "x", DirectoryOutcome.UnknownUser)]
    [InlineData("*", "acme-dev-pass", DirectoryOutcome.UnknownUser)]
    [InlineData("acme-dev)(objectClass=*", "acme-dev-pass", DirectoryOutcome.UnknownUser)]
    public async Task A_sign_in_that_fails_says_why(string login, string password, DirectoryOutcome wanted) =>
        Assert.Equal(wanted, (await SignInAsync((await LabFixture.Directory).PortalSettings("None"), login, password)).Outcome);

    [Fact]
    public async Task A_name_that_two_entries_have_signs_nobody_in()
    {
        var settings = With((await LabFixture.Directory).PortalSettings("None"), "UserFilter", "(|(uid={login})(uid=acme-ops))");
        Assert.Equal(DirectoryOutcome.Ambiguous, (await SignInAsync(settings, "acme-dev", "acme-dev-pass")).Outcome);
    }

    [Fact]
    public async Task Groups_that_hold_groups_are_seen_and_a_circle_ends()
    {
        var lab = await LabFixture.Directory;
        var names = Enumerable.Range(0, 3).Select(i => $"ring-{Guid.NewGuid():N}"[..13] + i).ToArray();
        lab.AddGroup(names[0], "nobody-nils");
        lab.AddGroup(names[1], "@" + names[0]);
        lab.AddGroup(names[2], "@" + names[1]);
        lab.AddMember(names[0], "@" + names[2]);

        foreach (var attribute in (string[])["memberOf", ""])
        {
            var settings = With(lab.PortalSettings("None"), "MemberOfAttribute", attribute);
            var answer = await SignInAsync(settings, "nobody-nils", "nobody-nils-pass");
            Assert.Equal(names.Select(SampleTree.Group).Order(StringComparer.OrdinalIgnoreCase), answer.Person!.Groups);
        }
    }

    [Fact]
    public async Task Groups_are_seen_through_back_references_alone()
    {
        var settings = With((await LabFixture.Directory).PortalSettings("None"), "GroupFilter", "(&(cn=none)(member={dn}))");
        Assert.Equal(SampleTree.Group("acme-contractors"), Assert.Single((await SignInAsync(settings, "acme-temp", "acme-temp-pass")).Person!.Groups));
    }

    [Fact]
    public async Task A_searching_account_that_is_refused_counts_as_down()
    {
        var settings = With((await LabFixture.Directory).PortalSettings("None"), "BindPassword", "wrong");
        Assert.Equal(DirectoryOutcome.Down, (await SignInAsync(settings, "acme-dev", "acme-dev-pass")).Outcome);
    }

    [Fact]
    public async Task A_directory_that_searches_for_anybody_needs_no_account()
    {
        var settings = Without(Without((await LabFixture.Directory).PortalSettings("None"), "BindDn"), "BindPassword");
        Assert.Equal(DirectoryOutcome.SignedIn, (await SignInAsync(settings, "acme-dev", "acme-dev-pass")).Outcome);
    }

    [Fact]
    public async Task Whom_the_filter_no_longer_finds_is_gone()
    {
        var lab = await LabFixture.Directory;
        var dn = SampleTree.Person("acme-dev");
        Assert.Equal(LookupOutcome.Found, (await Connect(lab.PortalSettings("None")).LookUpAsync(dn, "acme-dev", default)).Outcome);
        var locked = With(lab.PortalSettings("None"), "UserFilter", "(&(uid={login})(!(sn=Acme)))");
        Assert.Equal(LookupOutcome.Gone, (await Connect(locked).LookUpAsync(dn, "acme-dev", default)).Outcome);
        Assert.Equal(LookupOutcome.Gone, (await Connect(lab.PortalSettings("None")).LookUpAsync(SampleTree.Person("never-was"), "never-was", default)).Outcome);
    }

    [Fact]
    public async Task A_directory_that_stopped_is_down_and_one_that_came_back_is_not()
    {
        await using var lab = await DirectoryLab.StartAsync(LabFixture.UndoLog);
        var directory = Connect(lab.PortalSettings("StartTls"));
        await lab.StopAsync();
        Assert.Equal(DirectoryOutcome.Down, (await directory.SignInAsync("acme-dev", "acme-dev-pass", default)).Outcome);
        Assert.Equal(LookupOutcome.Down, (await directory.LookUpAsync(SampleTree.Person("acme-dev"), "acme-dev", default)).Outcome);
        await lab.StartAgainAsync();
        Assert.Equal(DirectoryOutcome.SignedIn, (await directory.SignInAsync("acme-dev", "acme-dev-pass", default)).Outcome);
    }

    [Theory]
    [InlineData("ldap", "None")]
    [InlineData("ldap", "StartTls")]
    [InlineData("ldaps", "None")]
    public async Task A_server_that_accepts_and_stays_silent_counts_as_down(string scheme, string security)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = $"{scheme}://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        var settings = With(With(With((await LabFixture.Directory).PortalSettings("None"), "Url", url), "Security", security), "Timeout", "00:00:00.3");
        Assert.Equal(DirectoryOutcome.Down, (await SignInAsync(settings, "acme-dev", "acme-dev-pass")).Outcome);
    }

    [Theory]
    [InlineData("None", true)]
    [InlineData("StartTls", false)]
    public async Task With_StartTls_no_password_crosses_the_wire_readable(string security, bool readable)
    {
        var lab = await LabFixture.Directory;
        await using var wire = new Wiretap(new Uri(lab.Url).Port);
        var answer = await SignInAsync(With(lab.PortalSettings(security), "Url", $"ldap://127.0.0.1:{wire.Port}"), "acme-dev", "acme-dev-pass");
        Assert.Equal(DirectoryOutcome.SignedIn, answer.Outcome);
        Assert.Equal(readable, wire.Heard("acme-dev-pass"));
        Assert.Equal(readable, wire.Heard(SampleTree.ReaderPassword));
    }

    private Task<DirectorySignIn> SignInAsync(IReadOnlyDictionary<string, string?> settings, string login, string password) =>
        Connect(settings).SignInAsync(login, password, default);

    private LdapDirectory Connect(IReadOnlyDictionary<string, string?> settings)
    {
        var options = new DirectoryOptions();
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(DirectoryOptions.Section).Bind(options);
        Assert.True(new DirectoryOptionsValidator().Validate(null, options).Succeeded);
        var connections = new LdapConnections(Options.Create(options), Options.Create(new StoreOptions { DataDirectory = data.FullName }), NullLogger<LdapConnections>.Instance);
        return new LdapDirectory(connections, Options.Create(options), TimeProvider.System, NullLogger<LdapDirectory>.Instance);
    }

    private static Dictionary<string, string?> With(IReadOnlyDictionary<string, string?> settings, string key, string value) =>
        new(settings) { [$"Portal:Directory:{key}"] = value };

    private static Dictionary<string, string?> Without(IReadOnlyDictionary<string, string?> settings, string key) =>
        settings.Where(setting => setting.Key != $"Portal:Directory:{key}").ToDictionary();

    /// <summary>Passes a port on and keeps what the client said.</summary>
    private sealed class Wiretap : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource closed = new();
        private readonly List<byte> heard = [];
        private readonly Task accepting;

        public Wiretap(int target)
        {
            listener.Start();
            accepting = AcceptAsync(target);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public bool Heard(string text)
        {
            lock (heard)
            {
                return Encoding.Latin1.GetString([.. heard]).Contains(text, StringComparison.Ordinal);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await closed.CancelAsync();
            listener.Stop();
            await accepting;
            closed.Dispose();
            listener.Dispose();
        }

        private async Task AcceptAsync(int target)
        {
            var passing = new List<Task>();
            try
            {
                while (true)
                {
                    passing.Add(PassAsync(await listener.AcceptTcpClientAsync(closed.Token), target));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(passing);
            }
        }

        private async Task PassAsync(TcpClient client, int target)
        {
            using var near = client;
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, target);
            await Task.WhenAny(CopyAsync(near, far, listen: true), CopyAsync(far, near, listen: false));
        }

        private async Task CopyAsync(TcpClient from, TcpClient to, bool listen)
        {
            var buffer = new byte[4096];
            try
            {
                while (await from.GetStream().ReadAsync(buffer, closed.Token) is var count and > 0)
                {
                    if (listen)
                    {
                        lock (heard)
                        {
                            heard.AddRange(buffer.AsSpan(0, count));
                        }
                    }

                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count), closed.Token);
                }
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // One side hung up.
            }
        }
    }
}
