using System.Collections.Immutable;

namespace Portal.Stacks.Differences;

/// <summary>What a revision, or one that is still to be made, runs differently from another. Values that may be secret are masked.</summary>
/// <param name="Images">By service; null before: new, null after: gone.</param>
/// <param name="Answers">Those that differ; null before or after: not answered.</param>
/// <param name="Secrets">Name, version before and after.</param>
/// <param name="Services">Field by field what a container would get otherwise, images left out.</param>
/// <param name="ComposeBefore">Null where there was none.</param>
/// <param name="Unreadable">Why the services cannot be told apart: a revision that today's portal refuses. Null: they can.</param>
public sealed record RevisionDifference(
    ImmutableArray<(string Service, ImageChoice? Before, ImageChoice? After)> Images,
    ImmutableArray<FieldDifference> Answers,
    ImmutableArray<(string Name, int? Before, int? After)> Secrets,
    ImmutableArray<ServiceDifference> Services,
    string? ComposeBefore,
    string ComposeAfter,
    string? Unreadable)
{
    /// <summary>Names of files that differ.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    public bool Nothing => Files.IsEmpty && Images.IsEmpty && Answers.IsEmpty && Secrets.IsEmpty && Services.IsEmpty && ComposeBefore == ComposeAfter;
}

/// <param name="Fields">In order; empty for one that is gone.</param>
public sealed record ServiceDifference(string Service, ServiceChange Change, ImmutableArray<FieldDifference> Fields);

public enum ServiceChange { Added, Removed, Changed }

/// <param name="Field">For example <c>environment.LOG_LEVEL</c>, <c>mounts./data</c>, <c>replicas</c>.</param>
/// <param name="Before">Null: was not there.</param>
/// <param name="After">Null: is gone.</param>
public sealed record FieldDifference(string Field, string? Before, string? After);
