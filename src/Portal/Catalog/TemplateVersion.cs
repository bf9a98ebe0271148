using System.Collections.Immutable;
using Portal.Compose;

namespace Portal.Catalog;

/// <summary>One version of a template.</summary>
/// <param name="Version">as its rancher-compose.yml says, else its folder's number</param>
/// <param name="Compose">the file's text; of a <c>.tpl</c> file not Compose yet: see <see cref="Render"/></param>
/// <param name="Rancher">the same of rancher-compose.yml; null where there is none</param>
public sealed record TemplateVersion(string Version, string Compose, string? Rancher, ImmutableArray<Question> Questions)
{
    /// <summary>Its folder's name, which grows with each version.</summary>
    public int Number { get; init; }

    public string? Description { get; init; }

    /// <summary>Versions that may be brought to this one: a version, a comparison, or ranges.</summary>
    public string? UpgradeFrom { get; init; }

    /// <summary>Markdown of this version; null: that of the template holds.</summary>
    public string? Readme { get; init; }

    /// <summary>Texts beside its own files, by their path from its folder: those that env_file and the like may name.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    internal string ComposeFile { get; init; } = CatalogFiles.Compose;
    internal string RancherFile { get; init; } = CatalogFiles.Rancher;

    /// <summary>
    /// The texts that a stack is made of. Only <c>.tpl</c> files are changed here; variables stay, to be filled in whenever
    /// the stack is read. A password never gets into the texts, which are kept and shown: its variable does.
    /// </summary>
    /// <param name="answers">one for each question, as <see cref="Answers.Validate"/> gives them</param>
    public TemplateTexts Render(IReadOnlyDictionary<string, string> answers)
    {
        var stand = new Dictionary<string, string>(answers, StringComparer.Ordinal);
        Dictionary<string, string> variables = [];
        foreach (var question in Questions.Where(question => question.Type == QuestionType.Password && answers.GetValueOrDefault(question.Variable) is { Length: > 0 }))
        {
            var mark = $"<{Guid.NewGuid():N}>";
            stand[question.Variable] = mark;
            variables[mark] = $"${{{question.Variable}}}";
        }

        var compose = Render(Compose, ComposeFile, stand, variables);
        var rancher = Rancher is null ? new TemplateRenderResult(null, []) : Render(Rancher, RancherFile, stand, variables);
        return new TemplateTexts(compose.Text, rancher.Text, [.. compose.Findings, .. rancher.Findings]);
    }

    private static TemplateRenderResult Render(string text, string file, Dictionary<string, string> values, Dictionary<string, string> variables)
    {
        if (!file.EndsWith(CatalogFiles.TemplateSuffix, StringComparison.Ordinal))
        {
            return new TemplateRenderResult(text, []);
        }

        var result = GoTemplate.Render(text, values, file);
        return result.Text is null ? result : result with
        {
            Text = variables.Aggregate(result.Text, (done, pair) => done.Replace(pair.Key, pair.Value, StringComparison.Ordinal)),
        };
    }
}

/// <param name="Compose">null exactly when there is a finding for it</param>
/// <param name="Rancher">null where the template has none, or there is a finding for it</param>
/// <param name="Findings">why a text could not be rendered, with lines; empty when all is well</param>
public sealed record TemplateTexts(string? Compose, string? Rancher, ImmutableArray<Finding> Findings);
