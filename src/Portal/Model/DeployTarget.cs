namespace Portal.Model;

/// <summary>Where a request to deploy points. People and webhooks say <c>standby</c> and <c>live</c>; a colour names one side whatever its part.</summary>
public enum DeployTarget { Standby, Live, Both, Blue, Green }

public static class DeployTargets
{
    public static bool TryParse(string? text, out DeployTarget target)
    {
        (var known, target) = text switch
        {
            null or "" or "standby" => (true, DeployTarget.Standby),
            "live" => (true, DeployTarget.Live),
            "both" => (true, DeployTarget.Both),
            "blue" => (true, DeployTarget.Blue),
            "green" => (true, DeployTarget.Green),
            _ => (false, DeployTarget.Standby),
        };
        return known;
    }

    public static string Text(this DeployTarget target) => target switch
    {
        DeployTarget.Standby => "standby",
        DeployTarget.Live => "live",
        DeployTarget.Both => "both",
        DeployTarget.Blue => "blue",
        DeployTarget.Green => "green",
    };

    /// <summary>The colours meant, standby first: a side that carries traffic is touched only after the other.</summary>
    public static IReadOnlyList<Colour> Resolve(this DeployTarget target, Colour live) => target switch
    {
        DeployTarget.Standby => [live.Other()],
        DeployTarget.Live => [live],
        DeployTarget.Both => [live.Other(), live],
        DeployTarget.Blue => [Colour.Blue],
        DeployTarget.Green => [Colour.Green],
    };
}
