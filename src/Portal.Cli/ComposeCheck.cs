using System.Text;
using Portal.Compose;

namespace Portal.Cli;

/// <summary><c>compose check</c>: what the portal would make of Compose files, without Docker, database or network.</summary>
public static class ComposeCheck
{
    private const int Misused = 2;

    /// <returns>0 where all are accepted, 1 where one is refused, 2 where one is unreadable or the command line is wrong</returns>
    public static int Run(IReadOnlyList<string> arguments, Func<Stream> standardInput, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (CheckArguments.Parse(arguments, out var wrong) is not { } asked)
        {
            if (wrong is null)
            {
                output.WriteLine(CheckArguments.Usage);
                return 0;
            }

            error.WriteLine($"portal: {wrong}");
            error.WriteLine(CheckArguments.Usage);
            return Misused;
        }

        if (Variables(asked, standardInput, out wrong) is not { } variables)
        {
            error.WriteLine($"portal: {wrong}");
            return Misused;
        }

        var rancher = asked.Rancher is { } name ? TextFile.Read(name, standardInput) : null;
        FileReport[] reports = [.. asked.Files.Select(file => Check(file, TextFile.Read(file, standardInput), rancher, variables))];
        if (asked.Json)
        {
            using var json = new MemoryStream();
            FileReport.WriteJson(reports, json);
            output.WriteLine(Encoding.UTF8.GetString(json.ToArray()));
        }
        else
        {
            FileReport.WriteText(reports, output);
        }

        output.Flush();
        return FileReport.ExitCode(reports);
    }

    private static Dictionary<string, string>? Variables(CheckArguments asked, Func<Stream> standardInput, out string? wrong)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        wrong = null;
        foreach (var name in asked.VariableFiles)
        {
            var file = TextFile.Read(name, standardInput);
            if (file.Text is not { } text)
            {
                wrong = $"{name} {file.Problem}";
                return null;
            }

            var read = ComposeReader.ReadVariables(text, name, variables);
            if (read.Findings is [var first, ..])
            {
                wrong = $"{name}:{first.Line}: {first.Reason}";
                return null;
            }

            foreach (var (key, value) in read.Values)
            {
                variables[key] = value;
            }
        }

        foreach (var (key, value) in asked.Variables)
        {
            variables[key] = value;
        }

        return variables;
    }

    private static FileReport Check(string name, TextFile compose, TextFile? rancher, Dictionary<string, string> given)
    {
        if (compose.Text is not { } text)
        {
            return FileReport.Unreadable(name, null, compose);
        }

        if (rancher is { Text: null })
        {
            return FileReport.Unreadable(name, rancher.Name, rancher);
        }

        var values = WithAnswers(rancher?.Text, given);
        if (!Rendered(name, text, values, out var rendered, out var refused) || !Rendered(rancher?.Name ?? "", rancher?.Text, values, out var beside, out refused))
        {
            return new FileReport(name, Verdict.Refused, [], [.. refused.Select(f => Of(f, name, rancher?.Name))], []);
        }

        var source = new ComposeSource(rendered!, beside, values, FileName: name);
        var result = ComposeReader.Read(source);
        if (!result.FilesAsked.IsEmpty)
        {
            result = ComposeReader.Read(source with { EnvFiles = Beside(name, result.FilesAsked) });
        }

        string[] wanting = result.Verdict != Verdict.Refused ? [] :
            [.. ComposeReader.FindVariables(rendered!).Where(v => v is { Required: true, Default: null } && !values.ContainsKey(v.Name)).Select(v => v.Name)];
        return new FileReport(name, result.Verdict, result.ServiceNames, [.. result.Findings.Select(f => Of(f, name, rancher?.Name))], wanting);
    }

    /// <summary>A template's questions are answered by their defaults, where nothing else is given.</summary>
    private static Dictionary<string, string> WithAnswers(string? rancher, Dictionary<string, string> given)
    {
        var values = new Dictionary<string, string>(given, StringComparer.Ordinal);
        foreach (var question in rancher is null ? [] : RancherTemplate.Read(rancher).Template?.Questions ?? [])
        {
            if ((question.Default ?? (question.Required ? null : "")) is { } answer)
            {
                values.TryAdd(question.Variable, answer);
            }
        }

        return values;
    }

    private static bool Rendered(string name, string? text, Dictionary<string, string> values, out string? rendered, out IReadOnlyList<Finding> refused)
    {
        rendered = text;
        refused = [];
        if (text is null || !name.EndsWith(".tpl", StringComparison.Ordinal))
        {
            return true;
        }

        var result = GoTemplate.Render(text, values, name);
        (rendered, refused) = (result.Text, result.Findings);
        return rendered is not null;
    }

    /// <summary>The files that stand beside the text or below it. What else it names stays where it is: not everything on a machine is the stack's.</summary>
    private static Dictionary<string, string> Beside(string name, IEnumerable<string> asked)
    {
        var folder = Path.GetFullPath(name == TextFile.StandardInput ? "." : Path.GetDirectoryName(Path.GetFullPath(name))!) + Path.DirectorySeparatorChar;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in asked.Where(f => !Path.IsPathRooted(f) && !f.Contains('\0', StringComparison.Ordinal)))
        {
            var path = Path.GetFullPath(file, folder);
            if (path.StartsWith(folder, StringComparison.Ordinal) && File.Exists(path) && TextFile.Read(path, static () => Stream.Null).Text is { } text)
            {
                found[file] = text;
            }
        }

        return found;
    }

    private static FileFinding Of(Finding finding, string name, string? rancher)
    {
        var other = finding.File == name ? null : finding.File == ComposeSource.RancherFileName ? rancher ?? finding.File : finding.File;
        return new FileFinding(finding.Line, finding.Key, finding.Outcome, finding.Reason, other);
    }
}
