using System.Globalization;

namespace Portal.Lab.Demo;

internal static class Memory
{
    /// <summary>What the process holds in memory now, from the kernel (VmRSS).</summary>
    public static double ResidentMiB(int pid)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }
}
