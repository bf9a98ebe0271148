using System.Collections.Immutable;
using System.Globalization;

namespace Portal.HAProxy;

/// <summary>A worker process. A replaced one (not current) ends its connections and still answers commands until then.</summary>
public sealed record WorkerProcess(int Pid, bool IsCurrent, int Reloads);

/// <param name="Reloads">How often the master was told to reload.</param>
/// <param name="FailedReloads">How many times in a row that ended with no new worker.</param>
public sealed record MasterState(int Pid, int Reloads, int FailedReloads, ImmutableArray<WorkerProcess> Workers)
{
    public WorkerProcess? Current => Workers.FirstOrDefault(worker => worker.IsCurrent);
}

/// <summary>The master process's socket: which workers there are, and the reload.</summary>
public sealed class MasterClient(string masterSocketPath, TimeSpan? timeout = null, TimeProvider? time = null)
{
    private readonly RuntimeSocket socket = new(masterSocketPath, timeout ?? RuntimeClient.DefaultTimeout, time ?? TimeProvider.System);

    public async Task<MasterState> ShowProcessesAsync(CancellationToken cancellation = default) =>
        Parse(await socket.ExecuteAsync("show proc", cancellation));

    public RuntimeClient Worker(int pid) => new(socket, pid);

    /// <summary>Only asks; the master answers nothing and starts itself anew.</summary>
    internal Task RequestReloadAsync(CancellationToken cancellation) => socket.SayAsync("reload", cancellation);

    internal static MasterState Parse(string answer)
    {
        (int Pid, int Reloads, int Failed)? master = null;
        var workers = ImmutableArray.CreateBuilder<WorkerProcess>();
        var old = false;
        foreach (var line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
            {
                old = line == "# old workers";
                continue;
            }
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3 || !TryNumber(words[0], out var pid) || !TryNumber(words[2], out var reloads))
                throw RuntimeAnswers.NotUnderstood(answer);
            if (words[1] == "worker")
                workers.Add(new(pid, !old, reloads));
            else if (words[1] == "master")
                master = (pid, reloads, words.Length > 4 && words[3] == "[failed:" && TryNumber(words[4].TrimEnd(']'), out var failed) ? failed : 0);
        }
        return master is { } found
            ? new(found.Pid, found.Reloads, found.Failed, workers.ToImmutable())
            : throw RuntimeAnswers.NotUnderstood(answer);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
