using System.Diagnostics;

namespace Portal.Lab;

/// <summary>Short programs whose end we wait for.</summary>
public static class Shell
{
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds what it wrote to standard error.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel = default)
    {
        var (code, output, errors) = await TryAsync(program, arguments, cancel).ConfigureAwait(false);
        return code == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: {errors.Trim()}");
    }

    /// <summary>For programs whose exit code is an answer.</summary>
    public static async Task<(int Code, string Output, string Errors)> TryAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
    }
}
