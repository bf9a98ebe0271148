using System.Collections.Immutable;

namespace Portal.Model;

public enum GradualState
{
    Running,
    /// <summary>All clients are on the new side: it is live.</summary>
    Finished,
    /// <summary>Somebody stopped it, or switched meanwhile.</summary>
    Stopped,
    /// <summary>The new side was worse than the tenant allows, and nobody is on it any more.</summary>
    TakenBack,
}

/// <summary>By what a client is known again.</summary>
public enum StickTo { Cookie, Address }

/// <summary>A switch in steps: a growing share of the clients goes to the new side while both are watched.</summary>
public sealed class GradualSwitch : ITenantOwned
{
    public const int MostSteps = 20;
    public static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestStep = TimeSpan.FromDays(1);

    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Colour From { get; init; }
    public required Colour To { get; init; }
    /// <summary>The pair's when it began: once that has grown, somebody switched, and this is over.</summary>
    public required long Generation { get; init; }
    /// <summary>Percent of the clients, growing, each 1 to 99. After the last comes the switch itself.</summary>
    public required ImmutableArray<int> Steps { get; init; }
    public required int StepSeconds { get; init; }
    public required StickTo StickTo { get; init; }
    public required string Reason { get; init; }
    public required string Actor { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public GradualState State { get; private set; } = GradualState.Running;
    /// <summary>From 0.</summary>
    public int Step { get; private set; }
    public required DateTimeOffset StepAt { get; set; }
    /// <summary>How it ended, for people.</summary>
    public string? Outcome { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>Fences it: of two who change it at once, the second looks again.</summary>
    public long Version { get; private set; }

    /// <summary>Percent of the clients on the new side.</summary>
    public int Percent => State == GradualState.Running ? Steps[Step] : 0;

    /// <summary>When the next step is due, or the switch.</summary>
    public DateTimeOffset NextAt => StepAt.AddSeconds(StepSeconds);

    public bool IsLastStep => Step == Steps.Length - 1;

    public void Advance(DateTimeOffset now)
    {
        if (State != GradualState.Running || IsLastStep)
        {
            throw new InvalidOperationException($"Gradual switch {Id} has no step after this one.");
        }

        (Step, StepAt, Version) = (Step + 1, now, Version + 1);
    }

    public void End(GradualState state, string outcome, DateTimeOffset now)
    {
        if (State != GradualState.Running || state == GradualState.Running)
        {
            throw new InvalidOperationException($"Gradual switch {Id} cannot go from {State} to {state}.");
        }

        (State, Outcome, EndedAt, Version) = (state, outcome, now, Version + 1);
    }
}
