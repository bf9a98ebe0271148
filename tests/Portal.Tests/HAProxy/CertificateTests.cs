using System.Collections.Immutable;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Portal.HAProxy;
using Portal.Lab.Load;
using Portal.Tests.Lab;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class CertificateTests
{
    private const string Other = "other.example";

    private readonly int tls = LoopbackPort.Free();

    [Fact]
    public async Task Each_name_is_served_its_own_certificate_and_a_stranger_none()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        var (shop, wild) = (LabCertificate.Make([Host]), LabCertificate.Make(["*.wild.example"]));
        await gateway.Driver.ApplyAsync(Model(gateway, service.Port, new CertificateModel([Host], shop.Pem), new CertificateModel(["*.wild.example"], wild.Pem)));

        Assert.Equal(shop.Fingerprint, await TlsVisitor.MeetAsync(tls, Host));
        Assert.Equal(shop.Fingerprint, await TlsVisitor.MeetAsync(tls, Sides.PreviewPrefix + Host));
        Assert.Equal(wild.Fingerprint, await TlsVisitor.MeetAsync(tls, "a.wild.example"));
        Assert.Equal(wild.Fingerprint, await TlsVisitor.MeetAsync(tls, "standby--a.wild.example"));
        foreach (var stranger in new[] { Other, "wild.example", "a.b.wild.example", "x" + Host })
        {
            Assert.Null(await TlsVisitor.MeetAsync(tls, stranger));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_service_learns_that_it_was_asked_by_HTTPS_and_believes_nobody_else(int major)
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(Model(gateway, service.Port, new CertificateModel([Host], LabCertificate.Make([Host]).Pem)));
        using var visitor = new TlsVisitor(tls, new Version(major, major == 1 ? 1 : 0));

        var (status, body, version) = await visitor.GetAsync(Host, "/headers", ("X-Forwarded-Proto", "forged"), ("X-Forwarded-Host", "forged"), ("Forwarded", "forged"), ("X-Real-IP", "forged"));

        var seen = body.ToLowerInvariant();
        Assert.Equal((200, major), (status, version.Major));
        Assert.DoesNotContain("forged", seen, StringComparison.Ordinal);
        Assert.Contains("x-forwarded-proto: https\n", seen, StringComparison.Ordinal);
        Assert.Contains($"x-forwarded-host: {Host}\n", seen, StringComparison.Ordinal);
        Assert.Contains("x-forwarded-for: 127.0.0.1\n", seen, StringComparison.Ordinal);
        using var plain = gateway.Client();
        Assert.Contains("x-forwarded-proto: http\n", (await GetAsync(plain, path: "/headers")).Body.ToLowerInvariant(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_come_are_replaced_and_go_under_load_and_no_connection_ends()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        GatewayModel With(params CertificateModel[] certificates)
        {
            var model = gateway.Model(new RouteModel(Host, "/", Key, [Server(service.Port)], []), new RouteModel(Other, "/", "acme:other.80", [Server(backend.Ports["v1"])], []));
            return model with { Listen = model.Listen with { TlsBinds = [new IPEndPoint(IPAddress.Loopback, tls)] }, Certificates = [.. certificates] };
        }

        var (first, second, others) = (LabCertificate.Make([Host]), LabCertificate.Make([Host]), LabCertificate.Make([Other]));
        var (one, two, other) = (new CertificateModel([Host], first.Pem), new CertificateModel([Host], second.Pem), new CertificateModel([Other], others.Pem));
        await gateway.Driver.ApplyAsync(With(one));
        using var kept = new TlsVisitor(tls);
        using var multiplexed = new TlsVisitor(tls, HttpVersion.Version20);
        using var socket = await SocketAsync(kept);
        await kept.GetAsync(Host);
        await multiplexed.GetAsync(Host);
        await using var load = LoadGenerator.Start(gateway.Load(Other));
        using var stop = new CancellationTokenSource();
        var asking = AskAsync(stop.Token, kept, multiplexed);
        using var stay = new CancellationTokenSource();
        var meeting = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NewcomersAsync(stay.Token)));
        await MoreAnswersAsync(load, 200);
        var before = await gateway.Process.Master.ShowProcessesAsync();
        var opened = kept.Connections;

        foreach (var (step, expected) in new (GatewayModel, string?)[] { (With(one, other), others.Fingerprint), (With(two, other), others.Fingerprint), (With(two), null), (With(two, other), others.Fingerprint) })
        {
            var applied = await gateway.Driver.ApplyAsync(step);
            Assert.True(applied is { Reloaded: false, RuntimeChanges: > 0 }, applied.ToString());
            Assert.Equal(expected, await TlsVisitor.MeetAsync(tls, Other));
            AssertOnDisk(gateway, step);
            Assert.Equal("still here", await EchoAsync(socket, "still here"));
            await MoreAnswersAsync(load, 200);
        }

        for (var round = 0; round < 40; round++)
        {
            Assert.False((await gateway.Driver.ApplyAsync(round % 2 == 0 ? With(one, other) : With(two, other))).Reloaded);
        }

        // Whoever came met the one or the other, at every moment.
        await stay.CancelAsync();
        Assert.Equal(new[] { first.Fingerprint, second.Fingerprint }.Order(), (await meeting).SelectMany(met => met).Distinct().Order());

        // Everybody else goes: nothing is served to newcomers, and those who are there stay.
        Assert.Equal(second.Fingerprint, await TlsVisitor.MeetAsync(tls, Host));
        await gateway.Driver.ApplyAsync(With());
        Assert.Null(await TlsVisitor.MeetAsync(tls, Host));
        await MoreAnswersAsync(load, 200);
        await stop.CancelAsync();
        var asked = await asking;
        var report = await load.StopAsync();
        var after = await gateway.Process.Master.ShowProcessesAsync();

        Assert.Equal("still here", await EchoAsync(socket, "still here"));
        Assert.True(asked > 20, $"{asked} requests");
        Assert.Equal((opened, 1), (kept.Connections, multiplexed.Connections));
        Assert.Equal((first.Fingerprint, first.Fingerprint), (kept.Fingerprint, multiplexed.Fingerprint));
        Assert.True(report.Failed == 0 && report.RetriedOnReusedConnection == 0 && report.Reconnects == 0, report.ToString());
        Assert.Equal((before.Current!.Pid, before.Reloads, 1), (after.Current!.Pid, after.Reloads, after.Workers.Length));
    }

    [Fact]
    public async Task A_restart_without_the_portal_serves_the_same_certificates()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        var (shop, other) = (LabCertificate.Make([Host]), LabCertificate.Make([Other]));
        await gateway.Driver.ApplyAsync(Model(gateway, service.Port));
        var model = Model(gateway, service.Port, new CertificateModel([Host], shop.Pem), new CertificateModel([Other], other.Pem));
        await gateway.Driver.ApplyAsync(model);
        await gateway.Process.StopAsync();

        await gateway.Process.StartAsync();

        Assert.Equal(shop.Fingerprint, await TlsVisitor.MeetAsync(tls, Host));
        Assert.Equal(other.Fingerprint, await TlsVisitor.MeetAsync(tls, Other));
        Assert.True((await gateway.Driver.ApplyAsync(model)).ChangedNothing);
        AssertOnDisk(gateway, model);
        // One that came with the files goes like every other.
        Assert.False((await gateway.Driver.ApplyAsync(Model(gateway, service.Port, [.. model.Certificates.Take(1)]))).Reloaded);
        Assert.Null(await TlsVisitor.MeetAsync(tls, Other));
    }

    [Fact]
    public async Task What_somebody_left_half_done_is_taken_up()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        var (shop, other) = (LabCertificate.Make([Host]), LabCertificate.Make([Other]));
        var model = Model(gateway, service.Port, new CertificateModel([Host], shop.Pem), new CertificateModel([Other], other.Pem));
        await gateway.Driver.ApplyAsync(model with { Certificates = [] });
        var files = ConfigRenderer.Render(model).Certificates;
        foreach (var (file, pem) in files)
        {
            await SayAsync(gateway, $"new ssl cert {file}\n");
            await SayAsync(gateway, $"set ssl cert {file} <<\n{pem}\n");
        }

        await SayAsync(gateway, $"commit ssl cert {files.First().Key}\n");

        await gateway.Driver.ApplyAsync(model);

        Assert.Equal(shop.Fingerprint, await TlsVisitor.MeetAsync(tls, Host));
        Assert.Equal(other.Fingerprint, await TlsVisitor.MeetAsync(tls, Other));
    }

    [Fact]
    public async Task Without_HTTPS_no_key_is_on_the_disk_and_turning_it_off_takes_them_away()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        var on = Model(gateway, service.Port, new CertificateModel([Host], LabCertificate.Make([Host]).Pem));
        var off = on with { Listen = on.Listen with { TlsBinds = [] } };
        foreach (var (model, keys) in new[] { (off, 0), (on, 1), (off, 0) })
        {
            await gateway.Driver.ApplyAsync(model);
            Assert.Equal(keys, Directory.GetFiles(gateway.Directory, "*", SearchOption.AllDirectories).Count(file => !file.EndsWith(".sock", StringComparison.Ordinal) && File.ReadAllText(file).Contains("PRIVATE KEY", StringComparison.Ordinal)));
            Assert.Equal("one", (await gateway.GetAsync()).Body);
        }
    }

    [Fact]
    public async Task A_route_that_is_HTTPS_only_sends_HTTP_there_with_host_path_and_query()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        var model = Model(gateway, service.Port, new CertificateModel([Host], LabCertificate.Make([Host]).Pem));
        await gateway.Driver.ApplyAsync(model);

        var applied = await gateway.Driver.ApplyAsync(model with { Routes = [.. model.Routes.Select(route => route with { Policy = new RoutePolicy { HttpsOnly = true } })] });

        Assert.False(applied.Reloaded);
        Assert.Equal((308, $"https://{Host}:{tls}/a/b?c=%20d"), await RedirectAsync(gateway, Host, "/a/b?c=%20d"));
        Assert.Equal((308, $"https://{Host}:{tls}/"), await RedirectAsync(gateway, $"{Host}:{gateway.Port}", "/"));
        Assert.Equal((308, $"https://standby--{Host}:{tls}/"), await RedirectAsync(gateway, Sides.PreviewPrefix + Host, "/"));
        using var visitor = new TlsVisitor(tls);
        Assert.Equal((200, "one"), await visitor.GetAsync(Host) is var (status, body, _) ? (status, body) : default);
        // Where people reach it by another port than its own, they are sent to that.
        await gateway.Driver.ApplyAsync(model with { Listen = model.Listen with { PublicTlsPort = 443 }, Routes = [.. model.Routes.Select(route => route with { Policy = new RoutePolicy { HttpsOnly = true, RedirectTo = "https://new.example" } })] });
        Assert.Equal((308, $"https://{Host}/x"), await RedirectAsync(gateway, Host, "/x"));
        Assert.Equal(308, (await visitor.GetAsync(Host)).Status);
    }

    [Fact]
    public async Task What_HAProxy_would_not_start_from_is_found_out_before_and_its_key_is_not_told()
    {
        await using var gateway = new GatewayLab();
        Directory.CreateDirectory(gateway.Directory);
        var (good, other) = (LabCertificate.Make([Host]), LabCertificate.Make([Other]));
        await gateway.Process.CheckAsync(new CertificateModel([Host], good.Pem));

        var error = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Process.CheckAsync(new CertificateModel([Host], good.Chain + other.Key)));

        Assert.Equal(HAProxyFault.BadConfig, error.Fault);
        Assert.DoesNotContain(other.Key.Split('\n')[1], error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(gateway.Directory, "*", SearchOption.AllDirectories));
        await gateway.Driver.ApplyAsync(Model(gateway, 1));
        var refused = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.ApplyAsync(Model(gateway, 1, new CertificateModel([Host], good.Chain + other.Key))));
        Assert.DoesNotContain(other.Key.Split('\n')[1], refused.ToString(), StringComparison.Ordinal);
        Assert.Empty(gateway.Process.Files.Read()!.Certificates);
        // And the gateway is none the worse.
        await gateway.Driver.ApplyAsync(Model(gateway, 1, new CertificateModel([Host], good.Pem)));
        Assert.Equal(good.Fingerprint, await TlsVisitor.MeetAsync(tls, Host));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("A.example")]
    [InlineData("*")]
    [InlineData("a.*.example")]
    [InlineData("standby--a.example")]
    [InlineData("!a.example")]
    [InlineData("a.example\n")]
    public void A_name_that_HAProxy_could_misread_is_refused(string name) => Assert.Throws<ArgumentException>(() => new CertificateModel([name], "-----BEGIN X-----\n-----END X-----\n"));

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN X-----\n\nshow info\n-----END X-----\n")]
    [InlineData("-----BEGIN X-----\r\n\r\n-----END X-----\n")]
    [InlineData("show info\n-----END X-----\n")]
    [InlineData("-----BEGIN X-----\n")]
    public void What_would_end_a_runtime_command_early_is_no_certificate(string pem) => Assert.Throws<ArgumentException>(() => new CertificateModel(["a.example"], pem));

    private GatewayModel Model(GatewayLab gateway, int port, params ImmutableArray<CertificateModel> certificates)
    {
        var model = gateway.Model([Server(port)], []);
        return model with { Listen = model.Listen with { TlsBinds = [new IPEndPoint(IPAddress.Loopback, tls)] }, Certificates = certificates };
    }

    private static void AssertOnDisk(GatewayLab gateway, GatewayModel model)
    {
        var (read, wanted) = (gateway.Process.Files.Read()!, ConfigRenderer.Render(model));
        Assert.Equal(wanted.CertificateList, read.CertificateList);
        Assert.Equal(wanted.Certificates.AsEnumerable(), read.Certificates);
        var files = Directory.GetFiles(Path.Combine(gateway.Directory, GatewayFiles.CertificateFolder));
        Assert.Equal(read.Certificates.Keys.Select(Path.GetFileName), files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    private static async Task<int> AskAsync(CancellationToken stop, params TlsVisitor[] visitors)
    {
        var asked = 0;
        await Task.WhenAll(visitors.Select(async visitor =>
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(200, (await visitor.GetAsync(Host)).Status);
                Interlocked.Increment(ref asked);
            }
        }));
        return asked;
    }

    private async Task<HashSet<string?>> NewcomersAsync(CancellationToken stop)
    {
        HashSet<string?> met = [];
        while (!stop.IsCancellationRequested)
        {
            met.Add(await TlsVisitor.MeetAsync(tls, Host));
        }

        return met;
    }

    private static async Task<ClientWebSocket> SocketAsync(TlsVisitor visitor)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"wss://{Host}/socket"), visitor.Invoker, default);
        return socket;
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
        var buffer = new byte[100];
        var answer = await socket.ReceiveAsync(buffer, default);
        return Encoding.UTF8.GetString(buffer, 0, answer.Count);
    }

    private static async Task<(int Status, string? Location)> RedirectAsync(GatewayLab gateway, string host, string path)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{gateway.Port}{path}") { Content = new StringContent("x") };
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, answer.Headers.Location?.OriginalString);
    }

    private static async Task SayAsync(GatewayLab gateway, string command)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(gateway.Process.AdminSocket));
        await socket.SendAsync(Encoding.UTF8.GetBytes(command));
        socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.NotEqual(0, await socket.ReceiveAsync(new byte[1000]));
    }
}
