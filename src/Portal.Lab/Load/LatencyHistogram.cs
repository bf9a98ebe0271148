using System.Numerics;

namespace Portal.Lab.Load;

/// <summary>Counts of durations in microseconds, to about 1.6 % of each value, in fixed space.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private readonly long[] counts = new long[(40 - SubBits) << SubBits];
    private long total;

    public TimeSpan Longest { get; private set; }

    public void Add(TimeSpan duration)
    {
        var microseconds = (ulong)Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        counts[Math.Min(IndexOf(microseconds), counts.Length - 1)]++;
        total++;
        if (duration > Longest)
            Longest = duration;
    }

    /// <param name="share">0 to 1.</param>
    public TimeSpan Quantile(double share)
    {
        var wanted = (long)Math.Ceiling(total * share);
        long seen = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= wanted && seen > 0)
                return TimeSpan.FromMicroseconds(ValueOf(i));
        }
        return TimeSpan.Zero;
    }

    // The position of the highest bit, then the bits after it: equal steps within each doubling.
    private static int IndexOf(ulong value)
    {
        if (value < 1UL << SubBits)
            return (int)value;
        var shift = BitOperations.Log2(value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) & ((1UL << SubBits) - 1));
    }

    private static double ValueOf(int index)
    {
        if (index < 1 << SubBits)
            return index;
        var shift = (index >> SubBits) - 1;
        return (double)((1UL << SubBits) + (ulong)(index & ((1 << SubBits) - 1))) * Math.Pow(2, shift);
    }
}
