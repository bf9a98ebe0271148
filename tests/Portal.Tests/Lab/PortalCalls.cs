using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Portal.Tests.Lab;

/// <summary>What tests ask of a portal over and over.</summary>
public static partial class PortalCalls
{
    public static async Task<string> TokenAsync(HttpClient client, string user, string password)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/sessions", new { user, password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await JsonAsync(answer)).GetProperty("token").GetString()!;
    }

    /// <summary>Fills in and sends the sign-in form as a browser does.</summary>
    public static async Task<HttpResponseMessage> SignInAsync(this HttpClient browser, string user, string password, string page = "/sign-in")
    {
        var html = await browser.GetStringAsync(page);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = AntiforgeryToken(html),
            ["Form.User"] = user,
            ["Form.Password"] = password,
        });
        return await browser.PostAsync(page, form);
    }

    public static string AntiforgeryToken(string html) => TokenField().Match(html) is { Success: true } found
        ? WebUtility.HtmlDecode(found.Groups[1].Value)
        : throw new InvalidOperationException($"No antiforgery token in:\n{html}");

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return JsonDocument.Parse(text.Length == 0 ? "null" : text).RootElement;
    }

    public static async Task<HttpStatusCode> StatusAsync(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
