using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Portal.Lab.Parts;

/// <summary>The portal did not do what was asked; the message is its own.</summary>
public sealed class PortalRefusedException(HttpStatusCode status, string body) : Exception($"The portal answered {(int)status}: {body}")
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>The portal's API as one person or CI uses it.</summary>
public sealed class PortalApi : IDisposable
{
    private readonly HttpClient http;

    public PortalApi(Uri portal, string? token = null)
    {
        http = new HttpClient { BaseAddress = portal, Timeout = TimeSpan.FromMinutes(5) };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public static async Task<PortalApi> SignInAsync(Uri portal, string user, string password, CancellationToken cancel)
    {
        using var nobody = new PortalApi(portal);
        var session = await nobody.PostAsync("api/v1/sessions", new { user, password }, cancel);
        return new PortalApi(portal, session.GetProperty("token").GetString());
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancel) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancel);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancel);

    public Task<JsonElement> PutAsync(string path, object body, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body) }, cancel);

    public Task<JsonElement> PatchAsync(string path, object body, CancellationToken cancel) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(body) }, cancel);

    /// <summary>As CI would: the raw body signed with the webhook's secret.</summary>
    public Task<JsonElement> CallWebhookAsync(string path, string secret, object body, CancellationToken cancel)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes)));
        return SendAsync(request, cancel);
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, cancel);
            var body = await response.Content.ReadAsStringAsync(cancel);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize<JsonElement>(body.Length == 0 ? "{}" : body)
                : throw new PortalRefusedException(response.StatusCode, body);
        }
    }
}
