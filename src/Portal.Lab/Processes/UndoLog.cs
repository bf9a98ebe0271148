using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Portal.Lab;

/// <summary>
/// Leftovers go even when we are killed: every resource writes down how to undo it, and a bash in a session of its own, whose input we
/// hold, does so in reverse order when that input ends, whether we closed it or died. The other sink is a file, for what is to outlive us.
/// </summary>
public sealed class UndoLog : IAsyncDisposable
{
    private static readonly TimeSpan LongestUndo = TimeSpan.FromSeconds(90);

    private readonly Lock gate = new();
    private readonly TextWriter sink;
    private readonly Process? keeper;
    private readonly string? report;
    private int last;
    private bool closed;

    private UndoLog(TextWriter sink, Process? keeper, string? report, int last)
    {
        this.sink = sink;
        this.keeper = keeper;
        this.report = report;
        this.last = last;
    }

    /// <summary>Undoes everything when disposed, or when this process ends in whatever way.</summary>
    public static UndoLog Start()
    {
        var report = NewReport();
        var keeper = StartKeeper(report);
        return new UndoLog(keeper.StandardInput, keeper, report, last: 0);
    }

    /// <summary>Undoes nothing by itself; <see cref="ReplayAsync"/> does, later, from another process.</summary>
    public static UndoLog ToFile(string path)
    {
        var lines = File.Exists(path) ? File.ReadLines(path).Count() : 0;
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        return new UndoLog(new StreamWriter(file), keeper: null, report: null, lines);
    }

    /// <summary>Undoes what such a file says, last first, and deletes it. Nothing to do where there is none.</summary>
    /// <exception cref="InvalidOperationException">Something could not be undone; the file stays, the message says what.</exception>
    public static async Task ReplayAsync(string path, CancellationToken cancel = default)
    {
        if (!File.Exists(path))
        {
            return;
        }

        await RunAsync(await File.ReadAllTextAsync(path, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        File.Delete(path);
    }

    /// <param name="command">One line of bash; see <see cref="UndoScript"/> for what it may call. Must be harmless when run twice.</param>
    public UndoEntry Add(string command)
    {
        if (command.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new ArgumentException("An undo command is one line.", nameof(command));
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            Write(string.Create(CultureInfo.InvariantCulture, $"+{++last} {command}"));
            return new UndoEntry(this, last, command);
        }
    }

    public UndoEntry AddFolder(string path) => Add($"remove_folder {Quote(path)}");

    public UndoEntry AddProcess(int pid) => Add(string.Create(CultureInfo.InvariantCulture, $"end_process {pid} {ProcessIdentity.StartTime(pid)}"));

    /// <summary>One argument, whatever is in it.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            closed = true;
        }

        await sink.DisposeAsync().ConfigureAwait(false);
        if (keeper is not null && report is not null)
        {
            await FinishAsync(keeper, report, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>For the end of the process, where nothing can be awaited any more.</summary>
    public void CloseAndWait(TimeSpan limit)
    {
        lock (gate)
        {
            if (!closed)
            {
                closed = true;
                sink.Dispose();
            }
        }

        keeper?.WaitForExit(limit);
    }

    internal void Forget(int id)
    {
        lock (gate)
        {
            if (!closed)
            {
                Write(string.Create(CultureInfo.InvariantCulture, $"-{id}"));
            }
        }
    }

    internal static async Task RunAsync(string lines, CancellationToken cancel)
    {
        var report = NewReport();
        using var keeper = StartKeeper(report);
        await keeper.StandardInput.WriteAsync(lines.AsMemory(), cancel).ConfigureAwait(false);
        keeper.StandardInput.Close();
        await FinishAsync(keeper, report, cancel).ConfigureAwait(false);
    }

    private void Write(string line)
    {
        sink.Write(line + "\n");
        sink.Flush();
    }

    private static string NewReport() =>
        Path.Combine(Path.GetTempPath(), $"portal-undo-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.log");

    private static Process StartKeeper(string report)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true };
        foreach (var argument in new[] { "bash", "-c", UndoScript.Program, "undo", report })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("bash could not be started.");
    }

    private static async Task FinishAsync(Process keeper, string report, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LongestUndo);
        await keeper.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        if (keeper.ExitCode != 0)
        {
            var problems = await File.ReadAllTextAsync(report, CancellationToken.None).ConfigureAwait(false);
            File.Delete(report);
            throw new InvalidOperationException(problems);
        }
    }
}

/// <summary>One thing to undo.</summary>
public sealed class UndoEntry
{
    private readonly UndoLog log;
    private readonly int id;
    private readonly string command;

    internal UndoEntry(UndoLog log, int id, string command)
    {
        this.log = log;
        this.id = id;
        this.command = command;
    }

    /// <summary>Undoes it now rather than at the end.</summary>
    public async Task RunAsync(CancellationToken cancel = default)
    {
        await UndoLog.RunAsync($"+1 {command}\n", cancel).ConfigureAwait(false);
        log.Forget(id);
    }

    /// <summary>It is gone already.</summary>
    public void Forget() => log.Forget(id);
}
