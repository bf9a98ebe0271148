using System.Diagnostics;
using System.Globalization;

namespace Portal.HAProxy;

/// <summary>The haproxy executable, run to its end: the check, and the start that leaves a daemon behind.</summary>
internal sealed class HAProxyProgram(string executable)
{
    /// <returns>Exit code and what was printed.</returns>
    /// <exception cref="HAProxyException">NotRunning: the executable cannot be started.</exception>
    public async Task<(int ExitCode, string Output)> RunAsync(string directory, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var (program, before) = AtOrdinaryPriority();
        var start = new ProcessStartInfo(program, before.Concat(arguments))
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // It outlives its parent and needs none of its secrets.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>The lines that say why, without HAProxy's time stamps and process numbers.</summary>
    public static string Reason(string output)
    {
        var alerts = output.Split('\n')
            .Where(line => line.StartsWith("[ALERT]", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(" : ", StringComparison.Ordinal) is var colon and >= 0 ? colon + 3 : 0)..].Trim());
        var text = string.Join("; ", alerts);
        return text.Length > 0 ? text : output.Trim();
    }

    /// <summary>Whoever steers may be set before the traffic; the traffic itself is not to inherit that.</summary>
    private (string Program, IReadOnlyList<string> Before) AtOrdinaryPriority() => LinuxProcess.OwnNiceness is < 0 and var niceness
        ? ("nice", ["-n", (-niceness).ToString(CultureInfo.InvariantCulture), executable])
        : (executable, []);

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new HAProxyException(HAProxyFault.NotRunning, $"'{executable}' did not start.");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new HAProxyException(HAProxyFault.NotRunning, $"'{executable}' cannot be started: {error.Message}", error);
        }
    }
}
