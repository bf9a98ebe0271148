using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Lab.Directories;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

[Trait("Category", "Lab")]
public sealed class SessionTests(AccessLab lab) : IClassFixture<AccessLab>
{
    private const string Me = "/api/v1/sessions/current";

    [Theory]
    [InlineData("acme-dev", "wrong", "wrong password")]
    [InlineData("acme-dev", "", "empty password")]
    [InlineData("no-such-person", "x", "unknown user")]
    [InlineData("admin", "wrong", "wrong password")]
    public async Task A_failed_sign_in_gives_nothing_away_and_is_audited_honestly(string user, string password, string reason)
    {
        using var browser = lab.Portal.Browser();
        using var page = await browser.SignInAsync(user, password);
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.Contains("That name and password do not fit.", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var api = await browser.PostAsJsonAsync("/api/v1/sessions", new { user, password });
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal("That name and password do not fit.", (await PortalCalls.JsonAsync(api)).GetProperty("detail").GetString());
        Assert.Contains(await lab.AuditAsync(user), line => line.Action == "session.refused" && line.Result == reason && line.Source == "127.0.0.1");
    }

    [Fact]
    public async Task A_sign_in_brings_the_browser_to_where_it_wanted_to_go()
    {
        using var browser = lab.Portal.Browser();
        using var turnedAway = await browser.GetAsync("/?x=1");
        var signIn = turnedAway.Headers.Location!.ToString();
        Assert.StartsWith("/sign-in?returnUrl=", signIn, StringComparison.Ordinal);
        using var answer = await browser.SignInAsync("acme-dev", "acme-dev-pass", signIn);
        Assert.Equal("/?x=1", answer.Headers.Location!.ToString());
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(text => text.StartsWith("portal-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync("/?x=1"));
    }

    [Fact]
    public async Task A_way_back_to_another_site_is_not_taken()
    {
        using var browser = lab.Portal.Browser();
        using var answer = await browser.SignInAsync("acme-dev", "acme-dev-pass", "/sign-in?returnUrl=%2F%2Fevil.test");
        Assert.Equal("/", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_sign_in_form_from_elsewhere_is_refused()
    {
        using var browser = lab.Portal.Browser();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = "sign-in", ["Form.User"] = "acme-dev", ["Form.Password"] = "acme-dev-pass" });
        using var answer = await browser.PostAsync("/sign-in", form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.StatusAsync(Me));
    }

    [Fact]
    public async Task Signing_out_kills_every_copy_of_the_cookie()
    {
        using var browser = await lab.BrowserAsync("acme-dev");
        using var thief = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = lab.Portal.Address };
        using (var again = await lab.Portal.Browser().SignInAsync("acme-dev", "acme-dev-pass"))
        {
            thief.DefaultRequestHeaders.Add("Cookie", again.Headers.GetValues("Set-Cookie").Single(text => text.StartsWith("portal-session=", StringComparison.Ordinal)).Split(';')[0]);
        }

        Assert.Equal(HttpStatusCode.OK, await thief.StatusAsync(Me));
        using var owner = new HttpRequestMessage(HttpMethod.Delete, Me);
        using var ended = await thief.SendAsync(owner);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await thief.StatusAsync(Me));
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync(Me));
    }

    [Fact]
    public async Task Signing_out_by_the_page_needs_its_form()
    {
        using var browser = await lab.BrowserAsync("acme-dev");
        using var nothing = new FormUrlEncodedContent([]);
        using var forged = await browser.PostAsync("/sign-out", nothing);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync(Me));
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_act_with_the_cookie()
    {
        using var browser = await lab.BrowserAsync("acme-dev");
        using var request = new HttpRequestMessage(HttpMethod.Delete, Me);
        request.Headers.Add("Origin", $"http://127.0.0.1:{lab.Portal.Address.Port + 1}");
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync(Me));
    }

    [Fact]
    public async Task A_browser_that_rests_too_long_is_signed_out_and_a_busy_one_is_not()
    {
        using var busy = await lab.BrowserAsync("acme-dev");
        using var idle = await lab.BrowserAsync("acme-dev");
        lab.Forward(TimeSpan.FromHours(5));
        Assert.Equal(HttpStatusCode.OK, await busy.StatusAsync(Me));
        lab.Forward(TimeSpan.FromHours(5));
        Assert.Equal(HttpStatusCode.OK, await busy.StatusAsync(Me));
        Assert.Equal(HttpStatusCode.Unauthorized, await idle.StatusAsync(Me));
        for (var hours = 10; hours < 25; hours += 5)
        {
            lab.Forward(TimeSpan.FromHours(5));
            await busy.StatusAsync(Me);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await busy.StatusAsync(Me));
    }

    [Fact]
    public async Task A_token_is_kept_only_as_a_hash_and_ends_when_it_said()
    {
        using var client = new HttpClient { BaseAddress = lab.Portal.Address };
        using var answer = await client.PostAsJsonAsync("/api/v1/sessions", new { user = "acme-dev", password = "acme-dev-pass" });
        var json = await PortalCalls.JsonAsync(answer);
        var token = json.GetProperty("token").GetString()!;
        Assert.StartsWith("portal_", token, StringComparison.Ordinal);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(Me));
        await using (var db = lab.Databases.Platform())
        {
            var rows = await db.Database.SqlQuery<string>($"select s::text as \"Value\" from sessions s").ToListAsync();
            Assert.DoesNotContain(rows, row => row.Contains(token, StringComparison.Ordinal));
        }

        lab.Forward(json.GetProperty("expiresAt").GetDateTimeOffset() - lab.Now + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(Me));
    }

    [Fact]
    public async Task A_made_up_token_or_cookie_is_nobody()
    {
        using var client = new HttpClient { BaseAddress = lab.Portal.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "portal_AAAA");
        using var answer = await client.GetAsync(Me);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        client.DefaultRequestHeaders.Authorization = null;
        client.DefaultRequestHeaders.Add("Cookie", "portal-session=AAAA");
        Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(Me));
    }

    [Theory]
    [InlineData("{}", "user")]
    [InlineData("""{"user":5}""", "user")]
    [InlineData("""{"user":"x"}""", "password")]
    [InlineData("{", "body")]
    public async Task An_unusable_body_is_told_by_field(string body, string field)
    {
        using var client = new HttpClient { BaseAddress = lab.Portal.Address };
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/sessions", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await PortalCalls.JsonAsync(answer)).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Guessing_is_slowed_down()
    {
        using var client = new HttpClient { BaseAddress = lab.Portal.Address };
        var login = lab.NewPerson();
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await client.PostAsJsonAsync("/api/v1/sessions", new { user = login, password = "guess" });
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var answer = await client.PostAsJsonAsync("/api/v1/sessions", new { user = login, password = SampleTree.Password(login) });
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.Equal(10, (await lab.AuditAsync(login)).Count);
    }

    [Fact]
    public async Task The_local_administrator_may_everything_and_their_password_is_not_in_the_database()
    {
        using var client = await lab.Portal.AdministratorAsync();
        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync("/api/v1/administrators"));
        await using var db = lab.Databases.Platform();
        Assert.DoesNotContain(PortalLab.AdministratorPassword, (await db.LocalAccounts.SingleAsync()).PasswordHash, StringComparison.Ordinal);
    }
}
