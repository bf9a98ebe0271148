using System.Collections.Concurrent;

namespace Portal.Clusters.Health;

public enum HealthState { Starting, Healthy, Unhealthy }

/// <param name="Passed">The last probe's result.</param>
/// <param name="Answer">What it was answered, for people: <c>GET /health → 503</c>.</param>
/// <param name="Row">Equal results in a row.</param>
/// <param name="Since">When the state was entered.</param>
public sealed record HealthNote(HealthState State, bool Passed, string Answer, int Row, DateTimeOffset Since);

/// <summary>What the probes last found, by container. In memory: after a restart it is found out again.</summary>
public sealed class HealthBook
{
    private readonly ConcurrentDictionary<string, HealthNote> notes = new(StringComparer.Ordinal);

    /// <summary>Container id and its new note; raised only when the state changes.</summary>
    public event Action<string, HealthNote>? Changed;

    public HealthNote? this[string containerId] => notes.GetValueOrDefault(containerId);

    public void Write(string containerId, HealthNote note)
    {
        var before = notes.GetValueOrDefault(containerId);
        notes[containerId] = note;
        if (before?.State != note.State)
        {
            Changed?.Invoke(containerId, note);
        }
    }

    public void Forget(string containerId) => notes.TryRemove(containerId, out _);
}
