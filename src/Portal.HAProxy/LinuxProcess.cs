using System.Globalization;
using System.Runtime.InteropServices;

namespace Portal.HAProxy;

/// <summary>A process that need not be our child. The start time tells it from a later one with the same number.</summary>
internal sealed record LinuxProcess(int Pid, ulong StartTicks)
{
    public enum Signal
    {
        Kill = 9,
        User1 = 10,
        Terminate = 15,
    }

    /// <summary>Null when there is none, or only the remains of one that nobody has collected.</summary>
    public static LinuxProcess? Find(int pid)
    {
        if (ReadProc(pid, "stat") is not { } stat)
            return null;
        // The name in parentheses may hold anything; state is the first word after it, start time the twentieth.
        var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return words[0] is "Z" or "X" ? null : new(pid, ulong.Parse(words[19], CultureInfo.InvariantCulture));
    }

    /// <summary>-20 (first) to 19 (last) of this process.</summary>
    public static int OwnNiceness => ReadProc(Environment.ProcessId, "stat") is { } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture)
        : 0;

    public bool IsAlive => Find(Pid) == this;

    public IReadOnlyList<string> Arguments => ReadProc(Pid, "cmdline")?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Sends the signal unless the process is gone already.</summary>
    public void Send(Signal signal)
    {
        const int noSuchProcess = 3;
        if (!IsAlive || kill(Pid, (int)signal) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error != noSuchProcess)
            throw new HAProxyException(HAProxyFault.Refused, $"Process {Pid} cannot be signalled: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    public async Task<bool> HasEndedWithinAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (IsAlive)
        {
            if (time.GetElapsedTime(started) > limit)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
        }
        return true;
    }

    private static string? ReadProc(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (IOException)
        {
            // Gone between two looks, which is what the caller asks about.
            return null;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
