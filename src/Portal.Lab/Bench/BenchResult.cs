namespace Portal.Lab.Bench;

/// <param name="Name">Begins with its bench's: <c>switch sample: median call</c>.</param>
/// <param name="Against">What it was compared with in the same run, or its bound, in the same unit; null where it stands alone.</param>
/// <param name="Ratio"><paramref name="Value"/> to <paramref name="Against"/>.</param>
/// <param name="Failed">Requests that failed meanwhile; null where none were sent.</param>
/// <param name="What">What the comparison is, for people.</param>
public sealed record BenchResult(string Name, double Value, string Unit, double? Against, double? Ratio, long? Failed, string What)
{
    public static BenchResult Alone(string name, double value, string unit, string what, long? failed = null) => new(name, Round(value), unit, null, null, failed, what);

    public static BenchResult Of(string name, double value, string unit, double against, string what, long? failed = null) =>
        new(name, Round(value), unit, Round(against), Round(value / against), failed, what);

    // Three digits that count, whatever the size: more would be noise.
    private static double Round(double value) => value == 0 ? 0 : Math.Round(value, Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6));
}
