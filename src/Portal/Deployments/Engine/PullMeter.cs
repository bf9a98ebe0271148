using System.Globalization;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>Sums up a pull: the whole, and each layer on a line of its own.</summary>
internal sealed class PullMeter
{
    /// <summary>More are told as a sum: a line of the log is bounded.</summary>
    private const int MostTold = 24;

    private readonly Dictionary<string, PullProgress> layers = new(StringComparer.Ordinal);
    private readonly List<string> order = [];

    public void Take(PullProgress line)
    {
        // Before its layers an engine names the image in the same way.
        if (line.Layer is not { } layer || line.Status.StartsWith("Pulling from", StringComparison.Ordinal))
        {
            return;
        }

        if (!layers.TryGetValue(layer, out var known))
        {
            order.Add(layer);
        }

        // Some lines count no bytes: what was counted before still holds.
        layers[layer] = line with { Total = line.Total ?? known?.Total, Current = line.Current ?? known?.Current };
    }

    public double? Fraction => Counted.ToList() is { Count: > 0 } counted ? (double)counted.Sum(layer => layer.Current ?? 0) / counted.Sum(layer => layer.Total ?? 0) : null;

    /// <summary>"2 layers, 8.0 of 12.9 MiB", then for each layer, between tabs: its short id, what is done with it, and how much of that, 0 to 1, where it can be told.</summary>
    public string Text => string.Join('\n', order.Take(MostTold).Select(Line).Prepend(string.Create(
        CultureInfo.InvariantCulture,
        $"{layers.Count} layers, {Counted.Sum(layer => layer.Current ?? 0) / 1048576.0:0.0} of {Counted.Sum(layer => layer.Total ?? 0) / 1048576.0:0.0} MiB")));

    private IEnumerable<PullProgress> Counted => layers.Values.Where(layer => layer.Total is > 0);

    private string Line(string layer)
    {
        var (_, status, current, total) = layers[layer];
        var done = status is "Pull complete" or "Already exists" ? 1 : current is { } some && total is > 0 and var whole ? Math.Min(1, (double)some / whole) : (double?)null;
        return string.Create(CultureInfo.InvariantCulture, $"{layer}\t{status.ToLowerInvariant()}\t{done:0.##}");
    }
}
