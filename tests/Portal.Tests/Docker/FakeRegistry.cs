using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portal.Tests.Docker;

/// <summary>A registry with the faults that a real one cannot be made to have.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeRegistry(WebApplication app, IPAddress address) => (this.app, Host) = (app, $"{address}:{new Uri(app.Urls.Single()).Port}");

    public string Host { get; }

    /// <summary>Each request as <c>METHOD PATH?QUERY</c>, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public static async Task<FakeRegistry> StartAsync(Func<HttpContext, int, Task> answer, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        FakeRegistry? registry = null;
        app.Run(http =>
        {
            registry!.Asked.Enqueue($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
            return answer(http, registry.Asked.Count);
        });
        // Assigned before the port is told to anybody, so before the first request.
        await app.StartAsync();
        registry = new FakeRegistry(app, address);
        return registry;
    }

    public static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    public static Task Digest(HttpContext http, string digest)
    {
        http.Response.Headers["Docker-Content-Digest"] = digest;
        return Task.CompletedTask;
    }

    /// <summary>Answers as the registry behind it does.</summary>
    /// <param name="cut">Told the length of a body in bytes, whether the connection drops a little way into it; null: never.</param>
    public static async Task PassAsync(HttpContext http, HttpClient behind, Func<long?, bool>? cut = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path + http.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Accept", http.Request.Headers.Accept.ToArray());
        request.Headers.TryAddWithoutValidation("Range", http.Request.Headers.Range.ToArray());
        using var answer = await behind.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
        {
            http.Response.Headers[name] = values.ToArray();
        }

        if (http.Request.Method == "HEAD")
        {
            return;
        }

        await using var body = await answer.Content.ReadAsStreamAsync();
        if (cut is not null && cut(answer.Content.Headers.ContentLength))
        {
            var piece = new byte[256];
            await http.Response.Body.WriteAsync(piece.AsMemory(0, await body.ReadAsync(piece)));
            await http.Response.Body.FlushAsync();
            http.Abort();
            return;
        }

        await body.CopyToAsync(http.Response.Body);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
