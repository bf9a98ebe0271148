using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portal.Docker;

namespace Portal.Tests.Docker;

public sealed class RegistryFaultTests
{
    private static readonly string Digest = $"sha256:{new string('a', 64)}";
    private static readonly RegistryCredentials Ci = new("ci", "correct horse");
    private static readonly RegistryClientOptions Hasty = new() { FirstDelay = TimeSpan.FromMilliseconds(1), AttemptTimeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_token_is_fetched_where_the_registry_says_and_kept_for_the_next_question()
    {
        await using var registry = await FakeRegistry.StartAsync((http, _) => http.Request.Path == "/token"
            ? http.Response.WriteAsJsonAsync(new { token = "t0ken", expires_in = 300 })
            : http.Request.Headers.Authorization == "Bearer t0ken" ? FakeRegistry.Digest(http, Digest) : Challenge(http));
        using var client = new RegistryClient(Hasty);

        Assert.Equal(Digest, await ResolveAsync(client, registry, Ci));
        Assert.Equal(Digest, await ResolveAsync(client, registry, Ci));

        Assert.Equal(
            ["HEAD /v2/team/web/manifests/1", "GET /token?service=the%20lab&scope=repository%3Ateam%2Fweb%3Apull", "HEAD /v2/team/web/manifests/1", "HEAD /v2/team/web/manifests/1"],
            registry.Asked);
    }

    [Fact]
    public async Task A_token_is_bought_with_the_credentials_of_the_one_who_asks_and_with_nobody_elses()
    {
        await using var registry = await FakeRegistry.StartAsync((http, _) => http.Request.Path == "/token"
            ? http.Request.Headers.Authorization == $"Basic {Convert.ToBase64String("ci:correct horse"u8)}" ? http.Response.WriteAsJsonAsync(new { access_token = "t0ken" }) : FakeRegistry.Status(http, 401)
            : http.Request.Headers.Authorization == "Bearer t0ken" ? FakeRegistry.Digest(http, Digest) : Challenge(http));
        using var client = new RegistryClient(Hasty);

        await ResolveAsync(client, registry, Ci);

        await FailsAsync(RegistryErrorKind.Unauthorised, client, registry, null);
        await FailsAsync(RegistryErrorKind.Unauthorised, client, registry, Ci with { Password = "wrong" });
        await client.PingAsync(registry.Host, Ci, plainHttp: true);
    }

    [Fact]
    public async Task An_expired_token_is_replaced_and_not_complained_of()
    {
        var valid = "1";
        await using var registry = await FakeRegistry.StartAsync((http, _) => http.Request.Path == "/token"
            ? http.Response.WriteAsJsonAsync(new { token = valid })
            : http.Request.Headers.Authorization == $"Bearer {valid}" ? FakeRegistry.Digest(http, Digest) : Challenge(http));
        using var client = new RegistryClient(Hasty);
        await ResolveAsync(client, registry, Ci);

        valid = "2";

        Assert.Equal(Digest, await ResolveAsync(client, registry, Ci));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_registry_that_fails_once_is_asked_again(int status)
    {
        await using var registry = await FakeRegistry.StartAsync((http, number) => number == 1 ? FakeRegistry.Status(http, status) : FakeRegistry.Digest(http, Digest));
        using var client = new RegistryClient(Hasty);

        Assert.Equal(Digest, await ResolveAsync(client, registry));
    }

    [Fact]
    public async Task One_that_drops_the_connection_is_asked_again()
    {
        await using var registry = await FakeRegistry.StartAsync((http, number) =>
        {
            if (number > 1)
            {
                return FakeRegistry.Digest(http, Digest);
            }

            http.Abort();
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(Hasty);

        Assert.Equal(Digest, await ResolveAsync(client, registry));
    }

    [Theory]
    [InlineData(429, RegistryErrorKind.RateLimited, 3)]
    [InlineData(500, RegistryErrorKind.ServerError, 3)]
    [InlineData(404, RegistryErrorKind.NotFound, 1)]
    [InlineData(401, RegistryErrorKind.Unauthorised, 1)]
    [InlineData(403, RegistryErrorKind.Unauthorised, 1)]
    [InlineData(418, RegistryErrorKind.Garbled, 1)]
    public async Task What_stays_wrong_is_told_by_kind_after_as_many_attempts_as_can_help(int status, RegistryErrorKind kind, int attempts)
    {
        await using var registry = await FakeRegistry.StartAsync((http, _) => FakeRegistry.Status(http, status));
        using var client = new RegistryClient(Hasty);

        await FailsAsync(kind, client, registry);

        Assert.Equal(attempts, registry.Asked.Count);
    }

    [Fact]
    public async Task One_that_wants_to_be_left_alone_for_long_is_left_alone_and_the_time_is_told()
    {
        await using var registry = await FakeRegistry.StartAsync((http, _) =>
        {
            http.Response.Headers.RetryAfter = "3600";
            return FakeRegistry.Status(http, 429);
        });
        using var client = new RegistryClient(Hasty);

        var error = await FailsAsync(RegistryErrorKind.RateLimited, client, registry);

        Assert.Equal(TimeSpan.FromHours(1), error.Error.RetryAfter);
        Assert.Contains("3600 s", error.Message);
        Assert.Single(registry.Asked);
    }

    [Fact]
    public void A_wait_that_the_registry_asks_for_is_kept_to_and_others_grow()
    {
        var retry = new RegistryRetry(new RegistryClientOptions { FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromSeconds(10), Attempts = 9 });
        var failed = new RegistryError(RegistryErrorKind.ServerError, "", IsTransient: true);

        Assert.InRange(retry.DelayAfter(failed with { RetryAfter = TimeSpan.FromSeconds(7) }, 1)!.Value, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7));
        Assert.InRange(retry.DelayAfter(failed, 1)!.Value, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        Assert.InRange(retry.DelayAfter(failed, 3)!.Value, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        Assert.InRange(retry.DelayAfter(failed, 8)!.Value, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        Assert.Null(retry.DelayAfter(failed, 9));
        Assert.Null(retry.DelayAfter(failed with { IsTransient = false }, 1));
        Assert.Null(retry.DelayAfter(failed with { RetryAfter = TimeSpan.FromSeconds(11) }, 1));
    }

    [Fact]
    public async Task One_that_never_answers_is_given_up_and_the_callers_own_patience_is_its_own()
    {
        await using var registry = await FakeRegistry.StartAsync((http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        using var client = new RegistryClient(Hasty with { AttemptTimeout = TimeSpan.FromMilliseconds(50), Attempts = 2 });

        await FailsAsync(RegistryErrorKind.TooSlow, client, registry);
        Assert.Equal(2, registry.Asked.Count);

        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        using var patient = new RegistryClient();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.ResolveAsync(Image(registry), plainHttp: true, cancel: patience.Token));
    }

    [Fact]
    public async Task Without_the_header_the_digest_is_the_manifests_hash()
    {
        var manifest = """{"schemaVersion":2}""";
        await using var registry = await FakeRegistry.StartAsync((http, _) =>
        {
            http.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
            return http.Response.WriteAsync(manifest);
        });
        using var client = new RegistryClient(Hasty);

        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)))}", await ResolveAsync(client, registry));
    }

    [Theory]
    [InlineData("sha256:short", "application/vnd.oci.image.manifest.v1+json", 10)]
    [InlineData(null, "text/html", 10)]
    [InlineData(null, "application/vnd.oci.image.manifest.v1+json", 5_000_000)]
    public async Task What_no_registry_says_is_garbled(string? digest, string type, int length)
    {
        await using var registry = await FakeRegistry.StartAsync(async (http, _) =>
        {
            http.Response.Headers["Docker-Content-Digest"] = digest;
            http.Response.ContentType = type;
            await http.Response.Body.WriteAsync(new byte[length]);
        });
        using var client = new RegistryClient(Hasty);

        await FailsAsync(RegistryErrorKind.Garbled, client, registry);
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_redirect_to_another_host()
    {
        string? seen = "none came";
        await using var other = await FakeRegistry.StartAsync((http, _) =>
        {
            seen = http.Request.Headers.Authorization;
            return FakeRegistry.Digest(http, Digest);
        });
        await using var registry = await FakeRegistry.StartAsync((http, _) =>
        {
            if (http.Request.Headers.Authorization.Count == 0)
            {
                http.Response.Headers.WWWAuthenticate = "Basic realm=\"lab\"";
                return FakeRegistry.Status(http, 401);
            }

            http.Response.Headers.Location = $"http://{other.Host}/elsewhere";
            return FakeRegistry.Status(http, 307);
        });
        using var client = new RegistryClient(Hasty);

        Assert.Equal(Digest, await ResolveAsync(client, registry, Ci));
        Assert.Null(seen);
    }

    private static Task Challenge(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{http.Request.Host}/token\",service=\"the lab\",scope=\"repository:team/web:pull\"";
        return FakeRegistry.Status(http, 401);
    }

    private static ImageReference Image(FakeRegistry registry) => ImageReference.Parse($"{registry.Host}/team/web:1");

    private static Task<string> ResolveAsync(RegistryClient client, FakeRegistry registry, RegistryCredentials? credentials = null) =>
        client.ResolveAsync(Image(registry), credentials, plainHttp: true);

    private static async Task<RegistryException> FailsAsync(RegistryErrorKind kind, RegistryClient client, FakeRegistry registry, RegistryCredentials? credentials = null)
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => ResolveAsync(client, registry, credentials));
        Assert.True(error.Kind == kind, $"{error.Error}");
        return error;
    }
}
