namespace Portal.Cli;

/// <summary>What <c>compose check</c> was asked for.</summary>
/// <param name="Files">at least one; <c>-</c> is standard input</param>
/// <param name="Variables">in the order given: later ones win</param>
internal sealed record CheckArguments(
    IReadOnlyList<string> Files, string? Rancher, bool Json, IReadOnlyList<(string Name, string Value)> Variables, IReadOnlyList<string> VariableFiles)
{
    public const string Usage = """
        Usage: portal compose check FILE… [--rancher FILE] [--env NAME=VALUE]… [--env-file FILE]… [--json]
        Says what the portal would make of Compose files, without Docker. Values for variables come from --env, --env-file
        and the defaults of the questions in the Rancher file, never from the environment. FILE may be - for standard input.
        Exit code: 0 all accepted, 1 one is refused, 2 one is unreadable or the command line is wrong.
        """;

    private const string RancherOption = "--rancher";
    private const string VariableOption = "--env";
    private const string VariableFileOption = "--env-file";

    /// <summary>Null with what is wrong, or with no error where help was asked for.</summary>
    public static CheckArguments? Parse(IReadOnlyList<string> arguments, out string? error)
    {
        var files = new List<string>();
        var variables = new List<(string, string)>();
        var variableFiles = new List<string>();
        string? rancher = null;
        var json = false;
        var optionsEnded = false;
        error = null;
        if (arguments is not ["compose", "check", ..])
        {
            error = arguments is [] or ["--help" or "-h", ..] ? null : $"unknown command: {string.Join(' ', arguments.Take(2))}";
            return null;
        }

        for (var i = 2; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (optionsEnded || argument == "-" || !argument.StartsWith('-'))
            {
                files.Add(argument);
                continue;
            }

            var cut = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
            var option = cut < 0 ? argument : argument[..cut];
            switch (option)
            {
                case "--":
                    optionsEnded = true;
                    continue;
                case "--json" when cut < 0:
                    json = true;
                    continue;
                case "--help" or "-h":
                    return null;
                case not (RancherOption or VariableOption or VariableFileOption):
                    error = $"unknown option: {option}";
                    return null;
            }

            if (cut < 0 && i + 1 == arguments.Count)
            {
                error = $"{option} needs a value";
                return null;
            }

            var value = cut < 0 ? arguments[++i] : argument[(cut + 1)..];
            var equals = value.IndexOf('=', StringComparison.Ordinal);
            switch (option)
            {
                case RancherOption when rancher is not null:
                    error = $"{RancherOption} is given twice";
                    return null;
                case RancherOption:
                    rancher = value;
                    break;
                case VariableFileOption:
                    variableFiles.Add(value);
                    break;
                case VariableOption when equals > 0:
                    variables.Add((value[..equals], value[(equals + 1)..]));
                    break;
                default:
                    error = $"{VariableOption} must be NAME=VALUE";
                    return null;
            }
        }

        error = files.Count == 0 ? "no file is named" : null;
        return error is null ? new CheckArguments(files, rancher, json, variables, variableFiles) : null;
    }
}
