using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portal.Tests.HAProxy;

/// <summary>A service behind the gateway with the behaviours that a static answer cannot have.</summary>
internal sealed class SampleService : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int posts;

    private SampleService(WebApplication app) => this.app = app;

    public int Port { get; private set; }

    /// <summary>Completes when a request waits in /slow.</summary>
    public TaskCompletionSource SlowHasArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Posts => posts;

    public static async Task<SampleService> StartAsync(string version)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var service = new SampleService(app);
        app.UseWebSockets();
        app.MapGet("/", () => version);
        app.MapGet("/headers", (HttpContext context) => string.Concat(context.Request.Headers.Select(header => $"{header.Key}: {header.Value}\n")));
        app.MapGet("/slow", async () =>
        {
            service.SlowHasArrived.TrySetResult();
            await service.release.Task;
            return "slow " + version;
        });
        app.MapPost("/vanish", (HttpContext context) =>
        {
            Interlocked.Increment(ref service.posts);
            context.Abort();
        });
        app.MapGet("/broken", async (HttpContext context) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            // Not before the caller has the beginning: an early reset would throw it away unread.
            await service.release.Task;
            context.Abort();
        });
        app.Map("/socket", EchoAsync);
        await app.StartAsync();
        service.Port = new Uri(app.Urls.Single()).Port;
        return service;
    }

    public void Release() => release.TrySetResult();

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        await app.DisposeAsync();
    }
}
