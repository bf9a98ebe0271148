namespace Portal.Docker;

internal sealed class WireExecCreate
{
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }
    public bool Tty { get; init; }
    public string[] Cmd { get; init; } = [];
    public string[]? Env { get; init; }
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
}

internal sealed class WireExecStart
{
    public bool Detach { get; init; }
    public bool Tty { get; init; }
}

internal sealed class WireExec
{
    public bool Running { get; init; }
    public int? ExitCode { get; init; }
}
