using Portal.Docker;

namespace Portal.Tests.Docker;

/// <summary>What the client makes of answers that a healthy engine does not give.</summary>
public sealed class EngineTransportTests
{
    [Fact]
    public async Task The_engines_own_message_is_carried()
    {
        var error = await FailureAsync(ScriptedEngine.Answer(409, """{"message":"the name is taken"}"""));

        Assert.Equal(new EngineError(EngineErrorKind.Conflict, 409, "the name is taken"), error);
    }

    [Fact]
    public async Task An_error_that_is_no_json_is_carried_as_it_is() =>
        Assert.Equal("page not found", (await FailureAsync(ScriptedEngine.Answer(404, "page not found\n", "text/plain"))).Message);

    [Fact]
    public async Task An_error_without_a_body_names_the_status() =>
        Assert.Contains("503", (await FailureAsync(ScriptedEngine.Answer(503, ""))).Message);

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"ID":7}""")]
    public async Task An_answer_that_cannot_be_read_is_an_error_of_its_own(string body) =>
        Assert.Equal(EngineErrorKind.Other, (await FailureAsync(ScriptedEngine.Answer(200, body))).Kind);

    [Fact]
    public async Task An_answer_cut_short_is_unavailable() =>
        Assert.Equal(EngineErrorKind.Unavailable, (await FailureAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")).Kind);

    [Fact]
    public async Task No_answer_in_time_is_a_timeout() => Assert.Equal(EngineErrorKind.Timeout, (await FailureAsync(null)).Kind);

    [Fact]
    public async Task Cancelling_is_no_error_of_the_engine()
    {
        await using var engine = new ScriptedEngine(_ => null);
        using var client = new EngineClient(engine.Endpoint);
        using var cancel = new CancellationTokenSource();

        var call = client.System.InfoAsync(cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Nobody_on_the_port_is_unavailable()
    {
        EngineEndpoint endpoint;
        await using (var engine = new ScriptedEngine(_ => null))
        {
            endpoint = engine.Endpoint;
        }

        using var client = new EngineClient(endpoint);

        Assert.Equal(EngineErrorKind.Unavailable, (await Assert.ThrowsAsync<EngineException>(() => client.System.PingAsync())).Kind);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_unavailable()
    {
        using var client = new EngineClient(EngineEndpoint.Parse($"unix://{Path.GetTempPath()}/no-such-engine.sock"));

        var error = await Assert.ThrowsAsync<EngineException>(() => client.System.InfoAsync());

        Assert.Equal((EngineErrorKind.Unavailable, true), (error.Kind, error.Error.IsTransient));
    }

    [Fact]
    public async Task An_engine_that_is_too_old_is_refused_with_both_versions()
    {
        await using var engine = new ScriptedEngine(_ => null, apiVersion: "1.39");
        using var client = new EngineClient(engine.Endpoint);

        var error = await Assert.ThrowsAsync<EngineException>(() => client.System.InfoAsync());

        Assert.Equal(EngineErrorKind.Refused, error.Kind);
        Assert.Contains("1.39", error.Message);
        Assert.Contains("1.40", error.Message);
    }

    [Fact]
    public async Task A_newer_engine_is_spoken_to_in_the_newest_version_we_know()
    {
        string? asked = null;
        await using var engine = new ScriptedEngine(
            line =>
            {
                asked = line;
                return ScriptedEngine.Answer(200, "[]");
            },
            apiVersion: "1.99");
        using var client = new EngineClient(engine.Endpoint);

        await client.Containers.ListAsync();

        Assert.StartsWith("GET /v1.51/containers/json", asked);
    }

    [Fact]
    public async Task An_error_line_in_a_pull_is_thrown_with_its_message()
    {
        const string Lines = "{\"status\":\"Pulling\",\"id\":\"1\"}\r\n{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}\r\n";
        await using var engine = new ScriptedEngine(line => line.Contains("/distribution/", StringComparison.Ordinal)
            ? ScriptedEngine.Answer(200, "{}")
            : ScriptedEngine.Answer(200, Lines));
        using var client = new EngineClient(engine.Endpoint);
        var seen = new List<string>();

        var error = await Assert.ThrowsAsync<EngineException>(async () =>
        {
            await foreach (var progress in client.Images.PullAsync(ImageReference.Parse("web:1")))
            {
                seen.Add(progress.Status);
            }
        });

        Assert.Equal((EngineErrorKind.Other, "no space left"), (error.Kind, error.Message));
        Assert.Equal(["Pulling"], seen);
    }

    [Fact]
    public async Task A_stream_cut_in_the_middle_is_unavailable()
    {
        await using var engine = new ScriptedEngine(_ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n");
        using var client = new EngineClient(engine.Endpoint);

        var error = await Assert.ThrowsAsync<EngineException>(async () => await client.System.EventsAsync().ToListAsync());

        Assert.Equal(EngineErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public void A_pull_without_tag_or_digest_is_refused_before_anything_is_asked()
    {
        using var client = new EngineClient(EngineEndpoint.Parse("tcp://127.0.0.1:1"));

        Assert.Throws<ArgumentException>(() => client.Images.PullAsync(ImageReference.Parse("web")));
        Assert.Throws<ArgumentException>(() => client.Images.PushAsync(ImageReference.Parse("web")));
    }

    private static async Task<EngineError> FailureAsync(string? answer)
    {
        await using var engine = new ScriptedEngine(_ => answer);
        using var client = new EngineClient(engine.Endpoint, new EngineClientOptions { ReadTimeout = TimeSpan.FromMilliseconds(500) });
        return (await Assert.ThrowsAsync<EngineException>(() => client.System.InfoAsync())).Error;
    }
}
