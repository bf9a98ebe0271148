namespace Portal.Docker;

/// <summary>A program to run in a container that runs.</summary>
public sealed record ExecSpec(IReadOnlyList<string> Command)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? User { get; init; }

    public string? WorkingDir { get; init; }

    /// <summary>Of each output, bytes; what comes after is read and dropped.</summary>
    public int LongestOutput { get; init; } = 1024 * 1024;
}

/// <param name="Truncated">One of the outputs was longer than <see cref="ExecSpec.LongestOutput"/>.</param>
public sealed record ExecResult(int ExitCode, string StdOut, string StdErr, bool Truncated);

public readonly record struct TerminalSize(int Columns, int Rows);
