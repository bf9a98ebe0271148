using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>Sums up a pull's layers.</summary>
internal sealed class PullMeter
{
    private readonly Dictionary<string, (long Current, long Total)> layers = new(StringComparer.Ordinal);

    public void Take(PullProgress line)
    {
        if (line.Layer is { } layer && line is { Current: { } current, Total: { } total and > 0 })
        {
            layers[layer] = (current, total);
        }
    }

    public double? Fraction => layers.Count == 0 ? null : (double)layers.Values.Sum(layer => layer.Current) / layers.Values.Sum(layer => layer.Total);

    public string Text => $"{layers.Count} layers, {layers.Values.Sum(layer => layer.Current) / 1048576.0:0.0} of {layers.Values.Sum(layer => layer.Total) / 1048576.0:0.0} MiB";
}
