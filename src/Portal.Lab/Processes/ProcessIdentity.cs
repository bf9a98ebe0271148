using System.Globalization;
using System.Runtime.InteropServices;

namespace Portal.Lab;

/// <summary>A process id is reused; id and start time together are not.</summary>
public static class ProcessIdentity
{
    private const int Terminate = 15;

    /// <summary>Clock ticks since boot, field 22 of <c>/proc/PID/stat</c>; null if there is no such process, or it has ended and nobody has asked how.</summary>
    public static long? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            // The second field is the name in brackets, which may hold blanks and brackets itself.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return null;
        }
    }

    /// <summary>Asks it to end. False if it is gone.</summary>
    public static bool AskToEnd(int pid) => Kill(pid, Terminate) == 0;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
