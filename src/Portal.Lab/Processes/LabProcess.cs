using System.Diagnostics;

namespace Portal.Lab;

/// <param name="LogFile">Output is appended to this file, so that the program may outlive us; null keeps the last lines in memory.</param>
/// <param name="Undo">Write down how to end it; false where something else does.</param>
public sealed record LabProcessOptions(
    string? LogFile = null,
    string? WorkingDirectory = null,
    IReadOnlyDictionary<string, string?>? Environment = null,
    bool Undo = true);

/// <summary>A program of the lab, in a session of its own: Ctrl-C at our terminal does not reach it.</summary>
public sealed class LabProcess : IAsyncDisposable
{
    private const long TailBytes = 32 * 1024;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly OutputRing ring = new();
    private readonly string name;
    private readonly string? logFile;
    private readonly UndoEntry? undo;

    private LabProcess(string name, Process process, string? logFile, UndoLog? undo)
    {
        this.name = name;
        this.process = process;
        this.logFile = logFile;
        this.undo = undo?.AddProcess(process.Id);
    }

    public int Pid => process.Id;

    public bool HasExited => process.HasExited;

    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    public static LabProcess Start(UndoLog undo, string program, IReadOnlyList<string> arguments, LabProcessOptions? options = null)
    {
        options ??= new LabProcessOptions();
        var toFile = options.LogFile is not null;
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = !toFile,
            RedirectStandardError = !toFile,
            WorkingDirectory = options.WorkingDirectory ?? "/",
        };
        string[] prefix = options.LogFile is { } file ? ["bash", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", file, program] : [program];
        foreach (var argument in prefix.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in options.Environment ?? new Dictionary<string, string?>())
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        var lab = new LabProcess(Path.GetFileName(program), process, options.LogFile, options.Undo ? undo : null);
        process.StandardInput.Close();
        if (!toFile)
        {
            process.OutputDataReceived += (_, line) => lab.ring.Add(line.Data);
            process.ErrorDataReceived += (_, line) => lab.ring.Add(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        return lab;
    }

    /// <summary>The last lines it wrote.</summary>
    public IReadOnlyList<string> Output => logFile is null ? ring.Lines : TailOf(logFile);

    /// <summary>Asks again and again until the answer is not null.</summary>
    /// <exception cref="TimeoutException">The time is up, or the program ended before; the message holds its last output.</exception>
    public async Task<T> WaitForAsync<T>(
        string what, Func<CancellationToken, Task<T?>> probe, TimeSpan limit, CancellationToken cancel = default)
        where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await probe(cancel).ConfigureAwait(false) is { } answer)
            {
                return answer;
            }

            if (process.HasExited)
            {
                await ReadToTheEndAsync(cancel).ConfigureAwait(false);
                if (await probe(cancel).ConfigureAwait(false) is { } last)
                {
                    return last;
                }

                throw new TimeoutException($"{name} ended with {process.ExitCode} before {what}:\n{Tail()}");
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"{name}: {what} did not come within {limit.TotalSeconds} s:\n{Tail()}");
            }

            await Task.Delay(PollInterval, cancel).ConfigureAwait(false);
        }
    }

    public Task WaitUntilAsync(string what, Func<CancellationToken, Task<bool>> condition, TimeSpan limit, CancellationToken cancel = default) =>
        WaitForAsync(what, async token => await condition(token).ConfigureAwait(false) ? what : null, limit, cancel);

    /// <summary>The first line that has the text in it.</summary>
    public Task<string> WaitForLineAsync(string text, TimeSpan limit, CancellationToken cancel = default) => WaitForAsync(
        $"a line with '{text}'",
        _ => Task.FromResult(Output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal))),
        limit,
        cancel);

    public Task WaitUntilExitAsync(TimeSpan limit, CancellationToken cancel = default) => process.WaitForExitAsync(cancel).WaitAsync(limit, cancel);

    /// <summary>TERM, and KILL after the grace period.</summary>
    public async Task StopAsync(TimeSpan? grace = null)
    {
        if (!process.HasExited && ProcessIdentity.AskToEnd(process.Id))
        {
            using var limit = new CancellationTokenSource(grace ?? DefaultGrace);
            try
            {
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        undo?.Forget();
    }

    /// <summary>KILL, and wait until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        undo?.Forget();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        process.Dispose();
    }

    // What a program wrote arrives after its end is seen; a child that it left behind may hold its output open for good.
    private Task ReadToTheEndAsync(CancellationToken cancel) =>
        Task.WhenAny(process.WaitForExitAsync(cancel), Task.Delay(LastWordsLimit, cancel));

    private string Tail() => string.Join('\n', Output.TakeLast(40));

    private static string[] TailOf(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(TailBytes, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
