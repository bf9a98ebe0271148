using System.Collections.Immutable;
using Portal.Compose;
using Portal.Redaction;

namespace Portal.Stacks.Differences;

/// <summary>Hides what a stack was answered in confidence: passwords, whatever no question says is none, and what its files hold of such.</summary>
internal sealed class Mask
{
    public const string Hidden = "••••••";

    /// <summary>Shorter ones would hide half of every text; they are hidden where they stand alone.</summary>
    private const int Findable = 4;

    private readonly ImmutableArray<string> values;

    private Mask(IEnumerable<string> values) => this.values = [.. values.Where(value => value.Length > 0).Distinct(StringComparer.Ordinal)];

    public static Mask Of(params IEnumerable<StackDefinition> definitions) => new(definitions.SelectMany(definition => definition.Answers
        .Where(answer => IsSecret(definition, answer.Key))
        .Select(answer => answer.Value)
        .Concat(definition.Files.Values.SelectMany(SecretNames.InSettings))));

    public static bool IsSecret(StackDefinition definition, string variable) =>
        Questions(definition).FirstOrDefault(question => question.Variable == variable) is not { Type: not (QuestionType.Password or QuestionType.Certificate) };

    public string? Apply(string? text) =>
        text is not null && values.Any(value => value.Length >= Findable ? text.Contains(value, StringComparison.Ordinal) : text == value) ? Hidden : text;

    private static ImmutableArray<Question> Questions(StackDefinition definition) =>
        definition.Rancher is { } rancher ? RancherTemplate.Read(rancher).Template?.Questions ?? [] : [];
}
