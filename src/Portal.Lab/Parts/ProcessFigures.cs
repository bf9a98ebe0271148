using System.Globalization;

namespace Portal.Lab.Parts;

/// <summary>What the kernel says of a process.</summary>
internal static class ProcessFigures
{
    /// <summary>What the process holds in memory now, from the kernel (VmRSS).</summary>
    public static double ResidentMiB(int pid)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }

    /// <summary>What the process has spent so far, in user and kernel mode.</summary>
    public static double CpuSeconds(int pid)
    {
        using var process = System.Diagnostics.Process.GetProcessById(pid);
        return process.TotalProcessorTime.TotalSeconds;
    }
}
