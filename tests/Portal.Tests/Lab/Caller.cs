using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Portal.Lab.Directories;

namespace Portal.Tests.Lab;

/// <summary>One of the sample directory's people, calling the API with a token.</summary>
public sealed class Caller : IDisposable
{
    private readonly HttpClient client;

    private Caller(HttpClient client) => this.client = client;

    public static async Task<Caller> OfAsync(Uri portal, string login)
    {
        var client = new HttpClient { BaseAddress = portal };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(client, login, SampleTree.Password(login)));
        return new Caller(client);
    }

    public void Dispose() => client.Dispose();

    public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body ?? new { });

    public Task<(HttpStatusCode Status, JsonElement Body)> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod verb, string path, object body)
    {
        using var request = new HttpRequestMessage(verb, $"/api/v1/{path}") { Content = JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }
}
