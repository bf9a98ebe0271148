using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Portal.Webhooks.Intake;

/// <summary>Reads a body up to a limit, and not a byte further.</summary>
internal static class HookBody
{
    /// <returns>Null: it is longer, by its own word or by what came.</returns>
    public static async Task<byte[]?> ReadAsync(HttpContext http, int largest, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > largest)
        {
            return null;
        }

        // The server stops reading as well: also what it would throw away after the answer.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = largest;
        }

        try
        {
            return await ReadToEndAsync(http.Request.BodyReader, largest, cancellationToken);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReadToEndAsync(PipeReader reader, int largest, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > largest)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = System.Buffers.BuffersExtensions.ToArray(read.Buffer);
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
