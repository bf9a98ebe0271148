using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Clusters.Health;

public enum ProbeKind
{
    /// <summary>GET from outside the container; 200 to 399 passes.</summary>
    Http,

    /// <summary>A connection from outside the container.</summary>
    Tcp,

    /// <summary>The image's or the stack's own health check, run by the engine.</summary>
    Engine,

    /// <summary>Nothing better is known: it has run for the start period without ending.</summary>
    Running,
}

/// <summary>How a replica's health is found out. Kept in the container's label, so that it outlives everything else.</summary>
/// <param name="Port">The container's port; 0 where none is asked.</param>
/// <param name="HealthyThreshold">Passes in a row until healthy.</param>
/// <param name="UnhealthyThreshold">Failures in a row until unhealthy.</param>
/// <param name="StartPeriod">Failures in this time after the start do not count; a replica not healthy by its end plus threshold × interval never will be.</param>
public sealed record ProbeRule(
    ProbeKind Kind,
    int Port,
    string Path,
    TimeSpan Interval,
    TimeSpan Timeout,
    int HealthyThreshold,
    int UnhealthyThreshold,
    TimeSpan StartPeriod)
{
    /// <summary>It is healthy only once it has been up for so long: one that ends again and again passes in between.</summary>
    public TimeSpan Steady { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>For a service that says nothing and has no port.</summary>
    public static ProbeRule StaysUp { get; } = new(ProbeKind.Running, 0, "", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2), 1, 1, TimeSpan.FromSeconds(2));

    public string ToText() => JsonSerializer.Serialize(this, Json);

    public static ProbeRule? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ProbeRule>(text, Json);
        }
        catch (JsonException)
        {
            // Anybody can put a label on a container; one that is not ours is no rule.
            return null;
        }
    }
}
