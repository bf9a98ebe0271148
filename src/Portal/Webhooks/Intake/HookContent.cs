using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Portal.Webhooks.Intake;

public abstract record ContentResult
{
    public sealed record Json(ReadOnlyMemory<byte> Bytes) : ContentResult;

    public sealed record NotSupported : ContentResult;

    public sealed record Unparsable(string Field, string Problem) : ContentResult;
}

/// <summary>Finds the JSON in a body: it is the body, or, as GitHub also sends it, the form field <c>payload</c>.</summary>
public static class HookContent
{
    private const string Field = "payload";

    public static ContentResult Open(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return new ContentResult.NotSupported();
        }

        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return new ContentResult.Json(body);
        }

        if (!type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            return new ContentResult.NotSupported();
        }

        var fields = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Span));
        return fields.TryGetValue(Field, out var values) && values is [{ } json]
            ? new ContentResult.Json(Encoding.UTF8.GetBytes(json))
            : new ContentResult.Unparsable(Field, "The form must hold the JSON once, in the field payload.");
    }
}
