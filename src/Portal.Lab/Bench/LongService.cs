using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portal.Lab.Bench;

/// <summary>A service whose answers take as long as they are asked to: <c>/drip?tenths=N</c>, and <c>/socket</c>, which says back what it hears.</summary>
internal sealed class LongService : IAsyncDisposable
{
    public const int Chunk = 1000;
    public static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication app;

    private LongService(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.Single()).Port;

    public static async Task<LongService> StartAsync(CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/drip", (RequestDelegate)DripAsync);
        app.Map("/socket", (RequestDelegate)EchoAsync);
        await app.StartAsync(cancel);
        return new LongService(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task DripAsync(HttpContext context)
    {
        var tenths = int.Parse(context.Request.Query["tenths"].ToString(), CultureInfo.InvariantCulture);
        var chunk = new byte[Chunk];
        context.Response.ContentLength = (long)tenths * Chunk;
        for (var i = 0; i < tenths; i++)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Tenth, context.RequestAborted);
        }
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }
}
