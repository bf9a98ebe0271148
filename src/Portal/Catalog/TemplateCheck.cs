using System.Collections.Immutable;
using Portal.Compose;

namespace Portal.Catalog;

/// <summary>
/// What can be said of a version before anybody has answered: whether its texts can be rendered, and read as YAML. Whether the stack is
/// let through depends on answers and the tenant's policy, and is judged when one is made.
/// </summary>
internal static class TemplateCheck
{
    public static ImmutableArray<Finding> Findings(TemplateVersion version)
    {
        var sample = version.Questions.ToDictionary(question => question.Variable, Sample, StringComparer.Ordinal);
        var texts = version.Render(sample);
        if (texts.Compose is not { } compose || !texts.Findings.IsEmpty)
        {
            return texts.Findings;
        }

        var read = ComposeReader.Read(new ComposeSource(compose, texts.Rancher, sample, FileName: version.ComposeFile, EnvFiles: version.Files));
        return [.. read.Findings.Where(finding => finding.Outcome == FindingOutcome.Unreadable)];
    }

    // A range in a .tpl file wants a number.
    private static string Sample(Question question) =>
        question.Default ?? question.Type switch
        {
            QuestionType.Int => (question.Min ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture),
            QuestionType.Boolean => "false",
            QuestionType.Enum => question.Options.FirstOrDefault() ?? "",
            _ => "",
        };
}
