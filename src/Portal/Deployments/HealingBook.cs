using System.Collections.Concurrent;
using System.Globalization;

namespace Portal.Deployments;

/// <summary>Where a service runs, for healing: an environment, a stack, and its service; an empty one is the stack as a whole.</summary>
public readonly record struct HealingPlace(Guid Environment, Guid Stack, string Service);

/// <param name="Times">How often in a row it was made anew without standing for long.</param>
/// <param name="At">When that was last.</param>
/// <param name="NotBefore">The next try.</param>
/// <param name="Why">What was wrong, for people.</param>
public sealed record HealingNote(int Times, DateTimeOffset At, DateTimeOffset NotBefore, string Why)
{
    /// <summary>For people: <c>made anew 3 times: exited with 1. Next try at 12:00:08Z</c>.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"made anew {Times} {(Times == 1 ? "time" : "times")}: {Whole}");

    /// <summary>The same of a stack that nothing could be made in: <c>it cannot be healed: no such image. Next try at 12:00:08Z</c>.</summary>
    public string Whole => string.Create(CultureInfo.InvariantCulture, $"{Why}. Next try at {NotBefore:HH:mm:ss}Z");
}

/// <summary>
/// What dies again and again is made anew more and more seldom. In memory of the portal that heals: another one begins afresh.
/// </summary>
public sealed class HealingBook
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(2);

    /// <summary>What has stood for so long since it was made anew is well again.</summary>
    private static readonly TimeSpan WellAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<HealingPlace, HealingNote> notes = new();

    public HealingNote? this[HealingPlace place] => notes.GetValueOrDefault(place);

    public bool IsResting(HealingPlace place, DateTimeOffset now) => this[place] is { } note && now < note.NotBefore;

    public HealingNote Rest(HealingPlace place, string why, DateTimeOffset now) => notes.AddOrUpdate(
        place,
        _ => new HealingNote(1, now, now + Pause(1), why),
        (_, before) => new HealingNote(before.Times + 1, now, now + Pause(before.Times + 1), why));

    /// <summary>All is as it should be there, now.</summary>
    /// <returns>Whether something was forgotten by it.</returns>
    public bool Well(Guid environment, Guid stack, DateTimeOffset now)
    {
        var over = notes.Where(note => note.Key.Environment == environment && note.Key.Stack == stack && now - note.Value.At > WellAfter).ToList();
        return over.Aggregate(false, (any, note) => notes.TryRemove(note) || any);
    }

    private static TimeSpan Pause(int times) => TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, Math.Pow(2, times)));
}
