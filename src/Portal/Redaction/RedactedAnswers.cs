using System.Text;

namespace Portal.Redaction;

/// <summary>Answers that say what went wrong may quote what somebody sent or a registry said: their JSON is cleaned on its way out.</summary>
internal sealed class RedactedAnswers(RequestDelegate next, Redactor redactor)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var body = http.Response.Body;
        using var held = new HeldProblem(http.Response, body);
        http.Response.Body = held;
        try
        {
            await next(http);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        finally
        {
            http.Response.Body = body;
        }

        if (held.Text is { } json)
        {
            var bytes = Encoding.UTF8.GetBytes(redactor.All.CleanJson(json));
            http.Response.ContentLength = http.Response.HasStarted ? http.Response.ContentLength : bytes.Length;
            await body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    /// <summary>Keeps a problem back; lets everything else through as it comes.</summary>
    private sealed class HeldProblem(HttpResponse response, Stream through) : Stream
    {
        private MemoryStream? held;

        public string? Text => held is null ? null : Encoding.UTF8.GetString(held.GetBuffer(), 0, (int)held.Length);

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        private bool IsProblem => held is not null || (response.StatusCode >= StatusCodes.Status400BadRequest && response.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true);

        private Stream Target => IsProblem ? held ??= new MemoryStream() : through;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Target.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Target.WriteAsync(buffer, offset, count, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => Target.Write(buffer, offset, count);

        public override Task FlushAsync(CancellationToken cancellationToken) => IsProblem ? Task.CompletedTask : through.FlushAsync(cancellationToken);

        public override void Flush()
        {
            if (!IsProblem)
            {
                through.Flush();
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            held?.Dispose();
            base.Dispose(disposing);
        }
    }
}
