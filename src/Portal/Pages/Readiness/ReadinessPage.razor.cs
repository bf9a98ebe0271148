using Microsoft.AspNetCore.Components;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks.Readiness;
using Portal.Store;

namespace Portal.Pages.Readiness;

/// <summary>The rules that every stack is held against, and which of them keep one from live.</summary>
public sealed partial class ReadinessPage
{
    private HashSet<string> blocking = [];
    private HashSet<string> wanted = [];
    private bool saving;

    [Inject]
    private ReadinessQueries Queries { get; set; } = null!;

    [Inject]
    private ChooseReadinessRules Choose { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string Consequence => wanted.Count == 0
        ? "Nothing keeps a stack from live any more. What its page says stays."
        : $"From now on no stack of this tenant gets to live while it breaks: {string.Join(", ", ReadinessRule.All.Where(rule => wanted.Contains(rule.Key)).Select(rule => rule.Title))}. What runs there already runs on.";

    protected override bool Concerns(ChangeNote note) => note.Kind is "readiness" or "member";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        var untouched = wanted.SetEquals(blocking);
        blocking = [.. await Queries.BlockingAsync(Here.Id, cancellation)];
        // What somebody is just choosing is not taken from under the mouse.
        wanted = untouched ? [.. blocking] : wanted;
        return true;
    }

    private void Tick(string rule, bool on) => _ = on ? wanted.Add(rule) : wanted.Remove(rule);

    private Task<string?> SaveAsync() => CurrentActor.TryAsync(async actor => await Choose.ExecuteAsync(actor, Here.Id, [.. wanted], Life) switch
    {
        ChooseReadinessResult.Done done => Saved(done),
        ChooseReadinessResult.Unknown unknown => $"There is no rule {unknown.Rule}.",
        var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
    }, Life);

    private string? Saved(ChooseReadinessResult.Done done)
    {
        blocking = [.. done.Rules];
        Toast.Done("Rules saved", done.Rules.IsEmpty ? "none keeps from live" : string.Join(", ", done.Rules));
        return null;
    }
}
