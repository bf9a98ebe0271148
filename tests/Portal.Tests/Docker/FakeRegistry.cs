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

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
