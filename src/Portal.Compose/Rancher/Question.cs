using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Portal.Compose;

[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The words are those of the template format.")]
public enum QuestionType
{
    String,
    Int,
    Enum,
    Boolean,
    Multiline,
    Password,

    /// <summary>A service of the environment, answered as <c>stack/service</c>.</summary>
    Service,
    Certificate,
}

/// <summary>What a template asks before it can run.</summary>
/// <param name="Variable">the name that the answer fills in the template's texts</param>
/// <param name="Min">least number, of an Int</param>
/// <param name="Max">greatest number, of an Int</param>
/// <param name="ValidChars">characters an answer may hold, ranges as in <c>a-z0-9</c></param>
/// <param name="InvalidChars">characters an answer may not hold, written the same way</param>
public sealed record Question(
    string Variable,
    string Label,
    string Description,
    QuestionType Type,
    bool Required,
    string? Default,
    string? Group,
    int? MinLength,
    int? MaxLength,
    long? Min,
    long? Max,
    ImmutableArray<string> Options,
    string? ValidChars,
    string? InvalidChars,
    int Line);

/// <summary>One version of a template, as its rancher-compose.yml describes it.</summary>
/// <param name="UpgradeFrom">a version, a comparison or ranges, as <c>&gt;1.0.0 &lt;2.0.0 || &gt;3.0.0</c></param>
public sealed record TemplateVersion(
    string? Name,
    string? Version,
    string? Description,
    string? Uuid,
    string? MinimumRancherVersion,
    string? MaximumRancherVersion,
    string? UpgradeFrom,
    ImmutableArray<Question> Questions);

/// <param name="Template">null when a finding is worse than Ignored; without a catalog section, one that asks nothing</param>
public sealed record TemplateReadResult(TemplateVersion? Template, ImmutableArray<Finding> Findings);
