using System.Globalization;
using System.Text;
using Sample.Web;

const int LongestAnswer = 60_000;

SampleOptions options;
try
{
    options = SampleOptions.Read(Environment.GetEnvironmentVariables());
}
catch (FormatException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}

if (options.ExitCode is { } code)
{
    await Console.Error.WriteLineAsync($"Version {options.Version} ends with {code}, because EXIT_CODE says so.");
    return code;
}

var clock = TimeProvider.System;
var started = clock.GetTimestamp();
// Nothing that comes by default: no configuration files, no request logging. Trimming also breaks Kestrel's own configuration loader.
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.Services.AddRoutingCore();
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.ListenAnyIP(options.Port);
});
// The slowest answer that may be in flight when SIGTERM comes must still get out.
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(LongestAnswer + 5_000));

await using var app = builder.Build();
var page = new SamplePage(options);
var ok = "ok\n"u8.ToArray();
var warming = "warming up\n"u8.ToArray();
var slow = 0;
var broken = "unhealthy\n"u8.ToArray();

app.Use((http, next) =>
{
    http.Response.Headers["X-Version"] = options.Version;
    return next(http);
});
app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)page.WriteAsync);
app.MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)(http =>
{
    var body = options.Unhealthy ? broken : clock.GetElapsedTime(started) < options.StartDelay ? warming : ok;
    http.Response.Headers["X-In-Flight"] = Volatile.Read(ref slow).ToString(CultureInfo.InvariantCulture);
    http.Response.StatusCode = body == ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
    return SamplePage.WriteAsync(http, body, "text/plain; charset=utf-8");
}));
app.MapGet("/slow", (RequestDelegate)(async http =>
{
    var wanted = http.Request.Query["ms"].ToString();
    if (!int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds > LongestAnswer)
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        await SamplePage.WriteAsync(http, Encoding.UTF8.GetBytes($"ms must be a number from 0 to {LongestAnswer}\n"), "text/plain; charset=utf-8");
        return;
    }

    Interlocked.Increment(ref slow);
    try
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), clock, http.RequestAborted);
        await page.WriteAsync(http);
    }
    catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
    {
        // Whoever asked has gone.
    }
    finally
    {
        Interlocked.Decrement(ref slow);
    }
}));

await app.StartAsync();
Console.WriteLine($"Version {options.Version} listens on port {options.Port}.");
await app.WaitForShutdownAsync();
Console.WriteLine($"Version {options.Version} has stopped.");
return 0;
