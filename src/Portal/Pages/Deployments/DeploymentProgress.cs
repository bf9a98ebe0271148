using System.Text.RegularExpressions;
using Portal.Deployments;
using Portal.Pages.Shared;

namespace Portal.Pages.Deployments;

/// <summary>Reads what was done out of a deployment's log, line by line as it comes: one item for each replica, not for each act on it.</summary>
internal sealed partial class DeploymentProgress
{
    private readonly List<StepGroup> groups = [];
    private readonly List<string> words = [];
    private string[] after = [];
    private bool back;

    public void Clear()
    {
        groups.Clear();
        words.Clear();
        (after, back) = ([], false);
    }

    public void Take(IEnumerable<DeploymentLogLine> lines)
    {
        foreach (var line in lines)
        {
            Take(line);
        }
    }

    /// <summary>What was done, is done and comes after. What was running when its worker died, or when all was over, does not run any more.</summary>
    public IReadOnlyList<StepItem> Steps(DeploymentView deployment)
    {
        var coming = deployment.Ended ? [] : after.Select(Subject).Distinct().Where(subject => Open(subject) is null);
        return
        [
            .. groups.Select((group, index) => group.Item($"{index}", over: deployment.Ended || group.Back != back || group.Left, deployment.EndedAt)),
            .. coming.Select(subject => new StepItem($"after {subject}", subject, StepState.Waiting)),
        ];
    }

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

    /// <summary>"web 1" of "web 1: start"; whole where nothing is named: "Pull web".</summary>
    internal static string Subject(string step) => step.Split(": ", 2)[0];

    /// <summary>Several are under way side by side; what failed is not gone on with.</summary>
    private StepGroup? Open(string subject) => groups.FindLast(group => group.Subject == subject && group.Back == back && !group.Failed && !group.Left);

    private void Take(DeploymentLogLine line)
    {
        switch (line.Kind)
        {
            case DeploymentLogKind.StepStarted:
                after = line.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                if (Open(Subject(line.Step)) is not { } group)
                {
                    groups.Add(group = new StepGroup(Subject(line.Step), back, line.At));
                }

                group.Begin(line.Step);
                break;
            case DeploymentLogKind.StepProgress:
                Open(Subject(line.Step))?.Progress(line.Text, line.Fraction);
                break;
            case DeploymentLogKind.StepDone:
                Open(Subject(line.Step))?.Done(line.At);
                break;
            case DeploymentLogKind.StepFailed:
                Open(Subject(line.Step))?.Fail(line.At, line.Text);
                break;
            case DeploymentLogKind.Line when Output().IsMatch(line.Text):
                words.Add(line.Text);
                break;
            case DeploymentLogKind.Line when line.Text.StartsWith(DeploymentRun.TakenOver, StringComparison.Ordinal):
                groups.FindAll(group => group.IsRunning).ForEach(group => group.Leave());
                break;
            case DeploymentLogKind.Line when line.Text.StartsWith("Turning back: ", StringComparison.Ordinal):
                back = true;
                break;
        }
    }

    /// <summary>"web 1 | what it wrote".</summary>
    [GeneratedRegex(@"^(\S+ \d+) \| (.*)$", RegexOptions.Singleline)]
    private static partial Regex Output();
}
