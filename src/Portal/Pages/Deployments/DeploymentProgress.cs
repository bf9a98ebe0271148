using System.Text.RegularExpressions;
using Portal.Deployments;
using Portal.Pages.Shared;

namespace Portal.Pages.Deployments;

/// <summary>Reads steps and last words out of a deployment's log, line by line as it comes.</summary>
internal sealed partial class DeploymentProgress
{
    private readonly List<StepItem> steps = [];
    private readonly List<string> words = [];
    private string[] after = [];

    public void Clear()
    {
        steps.Clear();
        words.Clear();
        after = [];
    }

    public void Take(IEnumerable<DeploymentLogLine> lines)
    {
        foreach (var line in lines)
        {
            Take(line);
        }
    }

    /// <summary>What was done, is done and comes after. A step that was running when its worker died, or when all was over, does not run any more.</summary>
    public IReadOnlyList<StepItem> Steps(DeploymentView deployment) =>
    [
        .. steps.Select((step, index) => step.State == StepState.Running && (deployment.Ended || index < steps.Count - 1)
            ? step with { State = StepState.Failed, Until = deployment.EndedAt ?? step.Since, Detail = step.Detail ?? "broken off" }
            : step),
        .. deployment.Ended ? [] : after.Select((title, index) => new StepItem($"after {index}", title, StepState.Waiting)),
    ];

    /// <summary>What replicas wrote themselves, as far as the log has it: the last words of one that failed.</summary>
    public IReadOnlyList<string> LastLines(int most) => [.. words.TakeLast(most)];

    /// <summary>As the log shows it; null for what only moves a bar.</summary>
    public static LogLine? Line(DeploymentLogLine line) => line.Kind switch
    {
        DeploymentLogKind.StepProgress => null,
        DeploymentLogKind.StepStarted => new LogLine(line.At, line.Step),
        DeploymentLogKind.StepDone => new LogLine(line.At, $"{line.Step}: done, {line.Text}"),
        DeploymentLogKind.StepFailed => new LogLine(line.At, $"{line.Step}: {line.Text}", Bad: true),
        DeploymentLogKind.Line when Output().Match(line.Text) is { Success: true } said => new LogLine(line.At, said.Groups[2].Value, said.Groups[1].Value),
        DeploymentLogKind.Line => new LogLine(line.At, line.Text),
    };

    private void Take(DeploymentLogLine line)
    {
        switch (line.Kind)
        {
            case DeploymentLogKind.StepStarted:
                after = line.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                steps.Add(new StepItem($"{line.Id}", line.Step, StepState.Running) { Since = line.At, HasProgress = line.Step.StartsWith("Pull ", StringComparison.Ordinal) });
                break;
            case DeploymentLogKind.StepProgress:
                Change(step => step with { Detail = line.Text, HasProgress = step.HasProgress || line.Fraction is not null, Progress = line.Fraction });
                break;
            case DeploymentLogKind.StepDone:
                Change(step => step with { State = StepState.Done, Until = line.At });
                break;
            case DeploymentLogKind.StepFailed:
                Change(step => step with { State = StepState.Failed, Until = line.At, Detail = line.Text });
                break;
            case DeploymentLogKind.Line when Output().IsMatch(line.Text):
                words.Add(line.Text);
                break;
        }
    }

    private void Change(Func<StepItem, StepItem> change)
    {
        if (steps.Count > 0)
        {
            steps[^1] = change(steps[^1]);
        }
    }

    /// <summary>"web 1 | what it wrote".</summary>
    [GeneratedRegex(@"^(\S+ \d+) \| (.*)$", RegexOptions.Singleline)]
    private static partial Regex Output();
}
