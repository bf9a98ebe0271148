using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using Portal.Tests.Pages;

namespace Portal.Tests.Certificates;

/// <summary>Certificates by the API, met at the gateway.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class ServedCertificateTests(PagesWorld world) : IAsyncLifetime
{
    private const string Mine = "tenants/acme/certificates";
    private const string Theirs = "tenants/globex/certificates";

    private readonly string name = $"c{Guid.NewGuid():N}"[..10];

    private readonly List<string> routes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Others look at this tenant too.</summary>
    public async Task DisposeAsync()
    {
        foreach (var route in routes)
        {
            using var removed = await world.Administrator.DeleteAsync($"/api/v1/tenants/acme/routes/{route}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }
    }

    [Fact]
    public async Task An_owners_certificate_is_served_at_once_replaced_and_removed_and_its_key_is_nowhere_in_plain_text()
    {
        var host = await RouteAsync();
        using var owner = await PersonAsync("acme-owner");
        var (first, second) = (LabCertificate.Make([host]), LabCertificate.Make([host, $"www.{host}"]));

        var added = await SendAsync(owner, Mine, new { name, certificate = first.Chain, key = first.Key });
        Assert.Equal((HttpStatusCode.Created, first.Fingerprint), (added.Status, added.Body.GetProperty("fingerprint").GetString()));
        await Eventually.EqualsAsync(first.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        using var visitor = new TlsVisitor(world.HttpsPort);
        Assert.Equal(200, (await visitor.GetAsync(host)).Status);

        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(owner, Mine, new { name, certificate = second.Chain, key = second.Key })).Status);
        var replaced = await SendAsync(owner, Mine, new { name, certificate = second.Pem, replace = true });
        Assert.Equal((HttpStatusCode.OK, $"[\"{host}\"]"), (replaced.Status, replaced.Body.GetProperty("servedFor").GetRawText()));
        await Eventually.EqualsAsync(second.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        Assert.Null(await TlsVisitor.MeetAsync(world.HttpsPort, $"www.{host}"));

        var told = await owner.GetStringAsync($"/api/v1/{Mine}");
        Assert.Contains(second.Fingerprint, told, StringComparison.Ordinal);
        using (var gone = await owner.DeleteAsync($"/api/v1/{Mine}/{name}"))
        {
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        }

        await Eventually.EqualsAsync(null, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        // Who is there stays.
        Assert.Equal((200, 1), ((await visitor.GetAsync(host)).Status, visitor.Connections));
        var lines = (await world.GetAsync("audit?tenant=acme&text=" + name)).EnumerateArray().Where(line => line.GetProperty("targetKind").GetString() == "certificate").ToList();
        Assert.Equal(["certificate.removed", "certificate.replaced", "certificate.added"], lines.Select(line => line.GetProperty("action").GetString()!));
        Assert.Equal((first.Fingerprint, second.Fingerprint), (lines[1].GetProperty("before").GetProperty("fingerprint").GetString(), lines[1].GetProperty("after").GetProperty("fingerprint").GetString()));
        var seen = $"{told}{added.Body}{replaced.Body}{string.Concat(lines)}{string.Join('\n', world.Portal.Process.Output)}{await TablesAsync()}";
        Assert.All(new[] { first, second }, made => Assert.All(made.Key.Split('\n').Where(line => line.Length > 20 && line[0] != '-'), line => Assert.DoesNotContain(line, seen, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nobody_takes_anothers_host_name()
    {
        var host = await RouteAsync();
        using var mine = await PersonAsync("acme-owner");
        using var theirs = await PersonAsync("globex-owner");
        using var developer = await PersonAsync("acme-dev");
        var (own, foreign) = (LabCertificate.Make([host]), LabCertificate.Make([host, "*.acme.localhost"]));

        // Longer good than the owner's, and yet never served.
        var stolen = LabCertificate.Make([host, "*.acme.localhost"], until: DateTimeOffset.UtcNow.AddYears(5));
        var (status, body) = await SendAsync(theirs, Theirs, new { name, certificate = stolen.Chain, key = stolen.Key });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("no route of this tenant has such a host name", body.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(theirs, Mine, new { name, certificate = foreign.Chain, key = foreign.Key })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(developer, Mine, new { name, certificate = own.Chain, key = own.Key })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(mine, "certificates", new { name, certificate = own.Chain, key = own.Key })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, await mine.StatusAsync("/api/v1/certificates"));

        Assert.Equal(HttpStatusCode.Created, (await SendAsync(mine, Mine, new { name, certificate = own.Chain, key = own.Key })).Status);
        await Eventually.EqualsAsync(own.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        Assert.DoesNotContain(name, await theirs.GetStringAsync($"/api/v1/{Theirs}"), StringComparison.Ordinal);
        using (var removed = await theirs.DeleteAsync($"/api/v1/{Theirs}/{name}"))
        {
            Assert.Equal(HttpStatusCode.NotFound, removed.StatusCode);
        }

        using var end = await mine.DeleteAsync($"/api/v1/{Mine}/{name}");
    }

    [Fact]
    public async Task The_platforms_serves_every_tenant_that_has_none_of_its_own()
    {
        var (host, other) = (await RouteAsync($"a.{name}.localhost"), await RouteAsync($"b.{name}.localhost"));
        var (wild, own) = (LabCertificate.Make([$"*.{name}.localhost"]), LabCertificate.Make([host]));
        using var administrator = await PersonAsync("admin-anna");
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(administrator, "certificates", new { certificate = wild.Chain, key = wild.Key })).Status);
        await Eventually.EqualsAsync(wild.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));

        await SendAsync(administrator, Mine, new { name, certificate = own.Chain, key = own.Key });

        await Eventually.EqualsAsync(own.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        Assert.Equal(wild.Fingerprint, await TlsVisitor.MeetAsync(world.HttpsPort, other));
        using var gone = await administrator.DeleteAsync($"/api/v1/{Mine}/{name}");
        await Eventually.EqualsAsync(wild.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        using var end = await administrator.DeleteAsync($"/api/v1/certificates/{name}.localhost");
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
    }

    [Fact]
    public async Task Rubbish_is_refused_by_its_field_and_changes_nothing()
    {
        var host = await RouteAsync();
        using var owner = await PersonAsync("acme-owner");
        var (good, other, past) = (LabCertificate.Make([host]), LabCertificate.Make([host]), LabCertificate.Make([host], from: DateTimeOffset.UtcNow.AddDays(-9), until: DateTimeOffset.UtcNow.AddDays(-1)));
        var before = await owner.GetStringAsync($"/api/v1/{Mine}");
        foreach (var (body, field) in new (object, string)[]
        {
            (new { }, "certificate"), (new { certificate = "rubbish", key = good.Key }, "certificate"), (new { certificate = new string('A', 1 << 20), key = good.Key }, "certificate"), (new { certificate = good.Chain, key = other.Key }, "key"),
            (new { certificate = past.Chain, key = past.Key }, "certificate"), (new { name = "a b", certificate = good.Chain, key = good.Key }, "name"), (new { certificate = good.Chain }, "key"),
        })
        {
            var (status, answer) = await SendAsync(owner, Mine, body);
            Assert.True(status == HttpStatusCode.BadRequest && answer.GetProperty("errors").TryGetProperty(field, out _), $"{field}: {(int)status} {answer}");
        }

        Assert.Equal(before, await owner.GetStringAsync($"/api/v1/{Mine}"));
    }

    [Fact]
    public async Task A_certificate_near_its_end_is_warned_of_once_and_anew_when_that_one_is_replaced()
    {
        var host = await RouteAsync();
        async Task PutAsync(int days)
        {
            var made = LabCertificate.Make([host], until: DateTimeOffset.UtcNow.AddDays(days));
            await world.PostAsync(Mine, new { name, certificate = made.Chain, key = made.Key, replace = true });
        }

        async Task<int> WarningsAsync() => (await world.GetAsync($"audit?tenant=acme&action=certificate.expiring&text={name}")).GetArrayLength();
        await PutAsync(20);
        await Eventually.EqualsAsync(1, WarningsAsync);
        await PutAsync(60);
        await PutAsync(5);
        await Eventually.EqualsAsync(2, WarningsAsync);
        Assert.Equal("urgent", (await world.GetAsync(Mine)).EnumerateArray().Single(one => one.GetProperty("name").GetString() == name).GetProperty("level").GetString());

        // Whatever else happens to others, it is not said again.
        var (next, elsewhere) = (LabCertificate.Make([host], until: DateTimeOffset.UtcNow.AddDays(5)), $"{name}-2");
        await world.PostAsync(Mine, new { name = elsewhere, certificate = next.Chain, key = next.Key });
        await Eventually.EqualsAsync(3, WarningsAsync);
        Assert.Equal(1, (await world.GetAsync($"audit?tenant=acme&action=certificate.expiring&text={elsewhere}")).GetArrayLength());
        using var end = await world.Administrator.DeleteAsync($"/api/v1/{Mine}/{name}");
        using var endToo = await world.Administrator.DeleteAsync($"/api/v1/{Mine}/{elsewhere}");
    }

    [Fact]
    public async Task A_route_that_is_HTTPS_only_sends_everybody_there_by_a_patch()
    {
        var host = await RouteAsync();
        var made = LabCertificate.Make([host]);
        await world.PostAsync(Mine, new { name, certificate = made.Chain, key = made.Key });
        var id = (await world.GetAsync("tenants/acme/routes")).EnumerateArray().Single(route => route.GetProperty("hostName").GetString() == host).GetProperty("id").GetString();
        using var set = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/acme/routes/{id}", new { httpsOnly = true });
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        await Eventually.EqualsAsync($"https://{host}:{world.HttpsPort}/a?b=c", () => LocationAsync(host, "/a?b=c"));
        using var visitor = new TlsVisitor(world.HttpsPort);
        Assert.Equal(200, (await visitor.GetAsync(host)).Status);
        using var end = await world.Administrator.DeleteAsync($"/api/v1/{Mine}/{name}");
    }

    private async Task<string?> LocationAsync(string host, string path)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{world.GatewayPort}{path}") { Headers = { Host = host } };
        using var answer = await client.SendAsync(request);
        return answer.Headers.Location?.OriginalString;
    }

    private async Task<string> RouteAsync(string? host = null)
    {
        host ??= $"{name}.acme.localhost";
        var route = await world.PostAsync("tenants/acme/routes", new { stack = "shop", service = "web", port = 8080, hostName = host, path = "/" });
        routes.Add(route.GetProperty("id").GetString()!);
        return host;
    }

    private async Task<HttpClient> PersonAsync(string login)
    {
        var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(client, login, SampleTree.Password(login)));
        return client;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpClient person, string path, object body)
    {
        using var answer = await person.PostAsJsonAsync($"/api/v1/{path}", body);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }

    /// <summary>Whatever the tables that could have it have.</summary>
    private async Task<string> TablesAsync()
    {
        await using var source = NpgsqlDataSource.Create(world.Portal.Database);
        var text = new StringBuilder();
        foreach (var table in new[] { "certificates", "audit_events", "routes" })
        {
            await using var command = source.CreateCommand($"select to_jsonb(row)::text, {(table == "certificates" ? "pem_sealed" : "''::bytea")} from {table} row");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                text.AppendLine(reader.GetString(0)).AppendLine(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(1)));
            }
        }

        return text.ToString();
    }
}
