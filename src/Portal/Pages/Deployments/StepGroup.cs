using System.Globalization;
using Portal.Pages.Shared;

namespace Portal.Pages.Deployments;

/// <summary>The steps of one replica in a row, as one thing to look at: "web 1: created, started, healthy".</summary>
/// <param name="subject">"web 1", or a whole title such as "Pull web".</param>
/// <param name="back">On the way back to the former revision.</param>
internal sealed class StepGroup(string subject, bool back, DateTimeOffset since)
{
    private readonly List<string> done = [];
    private string running = "";
    private string? detail;
    private IReadOnlyList<StepPart> parts = [];
    private double? fraction;
    private bool measured;
    private DateTimeOffset? until;

    public string Subject => subject;

    public bool Back => back;

    public bool Failed { get; private set; }

    /// <summary>Its worker died.</summary>
    public bool Left { get; private set; }

    public bool IsRunning => running.Length > 0;

    public void Leave() => Left = true;

    public void Begin(string step) => (running, until, detail, fraction, measured, parts) = (step, null, null, null, step.StartsWith("Pull ", StringComparison.Ordinal), []);

    /// <param name="text">After its first line comes a line for each part.</param>
    public void Progress(string text, double? part)
    {
        var lines = text.Split('\n');
        (detail, fraction, measured, parts) = (lines[0], part, measured || part is not null, [.. lines.Skip(1).Select(Part).OfType<StepPart>()]);
    }

    public void Done(DateTimeOffset at)
    {
        done.Add(Past(running));
        until = at;
        // "3 layers, 8.1 of 12.9 MiB": the last report before the end is not the end.
        detail = measured && detail?.Split(" of ") is [.., var whole] ? whole : null;
        (running, measured) = ("", false);
    }

    public void Fail(DateTimeOffset at, string text) => (Failed, until, detail) = (true, at, text);

    /// <param name="over">Nothing works on it any more.</param>
    public StepItem Item(string key, bool over, DateTimeOffset? ended)
    {
        var broken = running.Length > 0 && over && !Failed;
        var state = Failed || broken ? StepState.Failed : running.Length > 0 ? StepState.Running : StepState.Done;
        return new StepItem(key, Title(), state)
        {
            Detail = broken ? detail ?? "broken off" : detail,
            Since = since,
            Until = state == StepState.Running ? null : until ?? ended ?? since,
            HasProgress = measured,
            Progress = fraction,
            Parts = state == StepState.Running ? parts : [],
        };
    }

    private string Title()
    {
        var name = back ? $"{subject}, going back" : subject;
        List<string> parts = [.. done.Where(part => part.Length > 0)];
        if (running.Contains(": ", StringComparison.Ordinal))
        {
            parts.Add(running.Split(": ", 2)[1]);
        }

        return parts.Count == 0 ? name : $"{name}: {string.Join(", ", parts)}";
    }

    /// <returns>Null: cut off, or of another make.</returns>
    private static StepPart? Part(string line) => line.Split('\t') is [var name, var word, var share]
        ? new StepPart(name, word, double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var part) ? part : null)
        : null;

    private string Past(string step) => step.Split(": ", 2) is [_, var act]
        ? act switch
        {
            "create" => "created",
            "start" => "started",
            "wait until healthy" => "healthy",
            "wait until it has finished" => "finished",
            "into the gateway" => "in the gateway",
            "drain the former" => back ? "drained" : "former one drained",
            "stop the former" => "stopped",
            "remove the former" => "removed",
            _ => act,
        }
        : "";
}
