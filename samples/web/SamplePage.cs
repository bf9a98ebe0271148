using System.Net;
using System.Text;

namespace Sample.Web;

/// <summary>What <c>/</c> answers, made once: text for programs, a page for people.</summary>
public sealed class SamplePage(SampleOptions options)
{
    private readonly byte[] text = Encoding.UTF8.GetBytes($"version {options.Version}\nenvironment {options.Colour}\nhost {options.Host}\n");
    private readonly byte[] page = Encoding.UTF8.GetBytes(Page(options));

    public Task WriteAsync(HttpContext http)
    {
        var html = http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        return WriteAsync(http, html ? page : text, html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    }

    public static Task WriteAsync(HttpContext http, byte[] body, string type)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static string Page(SampleOptions options)
    {
        var (version, colour, host) = (WebUtility.HtmlEncode(options.Version), WebUtility.HtmlEncode(options.Colour), WebUtility.HtmlEncode(options.Host));
        var paint = options.Colour switch { "blue" => "#1d63c9", "green" => "#19794b", _ => "#5a6270" };
        return $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Version {{version}} on {{colour}}</title>
            <style>
            body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1rem; background: {{paint}}; color: #fff; font: 1.125rem/1.5 system-ui, sans-serif; text-align: center }
            h1 { margin: 0; font-size: clamp(3rem, 14vw, 7rem); line-height: 1 }
            p { margin: 0 }
            </style>
            </head>
            <body>
            <h1>Version {{version}}</h1>
            <p>environment <strong>{{colour}}</strong></p>
            <p>replica {{host}}</p>
            </body>
            </html>

            """;
    }
}
