using System.Globalization;
using Portal.Switching.Automatic;

namespace Portal.Switching.Gradual;

internal abstract record GradualVerdict
{
    /// <summary>The step goes on.</summary>
    public sealed record Later : GradualVerdict;

    public sealed record Advance : GradualVerdict;

    /// <summary>The last step was held: now everybody.</summary>
    public sealed record Switch : GradualVerdict;

    public sealed record End(GradualState State, string Outcome) : GradualVerdict;
}

/// <summary>What a step of a gradual switch is judged by.</summary>
/// <param name="Limits">Null: the tenant said nothing, and <see cref="GradualRule.Usual"/> holds.</param>
/// <param name="Unfit">Why the new side cannot take its clients any more; null: it can.</param>
internal sealed record GradualSight(Colour Live, long Generation, SwitchLimits? Limits, SideNumbers New, SideNumbers Old, string? Unfit);

/// <summary>When a gradual switch goes on, and when it goes back. Pure.</summary>
internal static class GradualRule
{
    /// <summary>One failure in a hundred more than the side that everybody knows.</summary>
    public static SwitchLimits Usual { get; } = new(1, null, false);

    public static GradualVerdict Decide(GradualSwitch gradual, GradualSight seen, DateTimeOffset now) =>
        seen.Generation != gradual.Generation
            ? seen.Live == gradual.To ? new GradualVerdict.End(GradualState.Finished, AllOn(gradual.To)) : new GradualVerdict.End(GradualState.Stopped, $"Somebody switched meanwhile, and {seen.Live.Text()} is live again.")
        : seen.Unfit is { } unfit ? new GradualVerdict.End(GradualState.TakenBack, $"At {gradual.Percent} %: {unfit}.")
        : Worse(seen.Limits ?? Usual, seen.New, seen.Old) is { } worse ? new GradualVerdict.End(GradualState.TakenBack, $"At {gradual.Percent} %: {worse}.")
        : now < gradual.NextAt ? new GradualVerdict.Later()
        : gradual.IsLastStep ? new GradualVerdict.Switch()
        : new GradualVerdict.Advance();

    public static string AllOn(Colour side) => $"All clients are on {side.Text()}.";

    /// <summary>Beyond the limits, and worse than the other side: where both suffer, it is not the new one's fault.</summary>
    private static string? Worse(SwitchLimits limits, SideNumbers young, SideNumbers old)
    {
        // The old side's own failures are what people live with already.
        var bearable = limits with { FailedPercent = limits.FailedPercent is { } most ? Math.Round(most + old.FailedPercent, 2) : null };
        return LimitJudge.Exceeded(bearable, young) is { } exceeded && !(young.FailedPercent <= old.FailedPercent && young.P95Milliseconds <= old.P95Milliseconds)
            ? string.Create(CultureInfo.InvariantCulture, $"{exceeded}; of {old.Requests} on the old side {old.FailedPercent:0.##} % failed{(old.P95Milliseconds is { } p95 ? $", with a p95 of {p95:0.#} ms" : "")}")
            : null;
    }
}
