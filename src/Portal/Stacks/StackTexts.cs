using System.Collections.Immutable;
using Portal.Catalog;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>What a stack is made of, or why it cannot be.</summary>
public abstract record StackTextsResult
{
    /// <param name="Version">Of the template; null where the text was written by hand.</param>
    public sealed record Ready(StackDefinition Definition, string? Version) : StackTextsResult;

    public sealed record Invalid(string Field, string Problem) : StackTextsResult;

    public sealed record Refused(ImmutableArray<Finding> Findings) : StackTextsResult;
}

/// <summary>Makes a stack's texts from a template of the catalog and what was answered to it.</summary>
public sealed class StackTexts(CatalogStore catalog)
{
    /// <param name="version">Null: the one that is offered first.</param>
    /// <param name="files">Those that stand in for the template's own.</param>
    public StackTextsResult Of(string template, string? version, ImmutableSortedDictionary<string, string> given, ImmutableSortedDictionary<string, string> files)
    {
        if (catalog.Find(template, version) is not { } found)
        {
            return new StackTextsResult.Invalid("template", $"The catalog has no '{template}'{(version is null ? "" : $" in version '{version}'")}.");
        }

        var answers = Answers.Validate(found.Questions, given);
        if (answers.Errors is [var error, ..])
        {
            return new StackTextsResult.Invalid($"answers.{error.Variable}", error.Reason);
        }

        var texts = found.Render(answers.Values);
        return texts.Compose is null || !texts.Findings.IsEmpty
            ? new StackTextsResult.Refused(texts.Findings)
            : new StackTextsResult.Ready(new StackDefinition(texts.Compose, texts.Rancher, answers.Values.ToImmutableSortedDictionary(StringComparer.Ordinal)) { Files = found.Files.SetItems(files) }, found.Version);
    }

    /// <summary>Those that stand in for the template's own: what that version brings along itself is left out.</summary>
    public ImmutableSortedDictionary<string, string> Overrides(string? template, string? version, ImmutableSortedDictionary<string, string> files) =>
        template is not null && catalog.Find(template, version) is { } found
            ? files.RemoveRange(files.Where(file => found.Files.GetValueOrDefault(file.Key) == file.Value).Select(file => file.Key))
            : files;

    /// <summary>Without the answers to which that version has no question any more.</summary>
    public ImmutableSortedDictionary<string, string> Asked(string template, string? version, ImmutableSortedDictionary<string, string> answers) =>
        catalog.Find(template, version) is { } found ? answers.RemoveRange(answers.Keys.Except(found.Questions.Select(question => question.Variable))) : answers;
}
