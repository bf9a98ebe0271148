using System.Globalization;

namespace Portal.Docker;

/// <summary>Programs run inside a running container.</summary>
public sealed class ExecClient
{
    private static readonly TimeSpan ExitPoll = TimeSpan.FromMilliseconds(25);

    private readonly EngineTransport transport;

    internal ExecClient(EngineTransport transport) => this.transport = transport;

    public Task<ExecResult> RunAsync(string container, IReadOnlyList<string> command, CancellationToken cancel = default) =>
        RunAsync(container, new ExecSpec(command), cancel);

    /// <summary>Runs it to its end. Cancelling stops the reading, not the program: the engine cannot end an exec.</summary>
    /// <exception cref="EngineException">Conflict: the container does not run. A program that cannot be found ends with exit code 126 or 127.</exception>
    public async Task<ExecResult> RunAsync(string container, ExecSpec spec, CancellationToken cancel = default)
    {
        var id = await CreateAsync(container, spec, terminal: false, cancel).ConfigureAwait(false);
        var (output, errors) = (new BoundedOutput(spec.LongestOutput), new BoundedOutput(spec.LongestOutput));
        var stream = await transport.OpenAsync(Start(id, terminal: false), cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (var piece in OutputFrames.ReadAsync(stream, terminal: false, cancel).ConfigureAwait(false))
            {
                (piece.Kind == OutputKind.StdOut ? output : errors).Add(piece.Bytes.Span);
            }
        }

        var exitCode = await ExitCodeAsync(id, cancel).ConfigureAwait(false);
        return new ExecResult(exitCode, output.Text, errors.Text, output.Truncated || errors.Truncated);
    }

    /// <summary>
    /// Opens a terminal. Closing it leaves the program running if it ignores the end of its input: end it first, a shell with Ctrl-D.
    /// </summary>
    public async Task<ExecSession> OpenAsync(string container, ExecSpec spec, TerminalSize? size = null, CancellationToken cancel = default)
    {
        var id = await CreateAsync(container, spec, terminal: true, cancel).ConfigureAwait(false);
        var stream = await transport.OpenAsync(Start(id, terminal: true) with { Upgrade = true }, cancel).ConfigureAwait(false);
        var session = new ExecSession(this, id, stream);
        try
        {
            if (size is { } wanted)
            {
                await session.ResizeAsync(wanted, cancel).ConfigureAwait(false);
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal Task ResizeAsync(string id, TerminalSize size, CancellationToken cancel) => transport.SendAsync(
        EngineRequest.Post($"/exec/{PathSegment.Of(id)}/resize", new Query()
            .Add("w", size.Columns.ToString(CultureInfo.InvariantCulture))
            .Add("h", size.Rows.ToString(CultureInfo.InvariantCulture))),
        cancel);

    /// <summary>Waits for the end: the output may be closed before the program has ended.</summary>
    internal async Task<int> ExitCodeAsync(string id, CancellationToken cancel)
    {
        while (true)
        {
            var exec = await transport.ReadAsync(
                EngineRequest.Get($"/exec/{PathSegment.Of(id)}/json"), EngineJson.Default.WireExec, cancel).ConfigureAwait(false);
            if (exec is { Running: false, ExitCode: { } code })
            {
                return code;
            }

            await Task.Delay(ExitPoll, cancel).ConfigureAwait(false);
        }
    }

    private async Task<string> CreateAsync(string container, ExecSpec spec, bool terminal, CancellationToken cancel)
    {
        var body = new WireExecCreate
        {
            AttachStdin = terminal,
            AttachStdout = true,
            AttachStderr = true,
            Tty = terminal,
            Cmd = [.. spec.Command],
            Env = spec.Environment.Count == 0 ? null : [.. spec.Environment.Select(pair => $"{pair.Key}={pair.Value}")],
            User = spec.User,
            WorkingDir = spec.WorkingDir,
        };
        var request = EngineRequest.Post(
            $"/containers/{PathSegment.Of(container)}/exec", content: JsonBody.Of(body, EngineJson.Default.WireExecCreate));
        return (await transport.ReadAsync(request, EngineJson.Default.WireId, cancel).ConfigureAwait(false)).Id;
    }

    private static EngineRequest Start(string id, bool terminal) => new(HttpMethod.Post, $"/exec/{PathSegment.Of(id)}/start", CallKind.Stream)
    {
        Content = JsonBody.Of(new WireExecStart { Tty = terminal }, EngineJson.Default.WireExecStart),
    };
}
