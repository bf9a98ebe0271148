using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>Reads the <c>catalog:</c> section (older: <c>.catalog:</c>) of a rancher-compose.yml. Never throws.</summary>
public static class RancherTemplate
{
    public static TemplateReadResult Read(string rancherCompose)
    {
        ArgumentNullException.ThrowIfNull(rancherCompose);
        var log = new FindingLog();
        var findings = log.For(ComposeSource.RancherFileName);
        var text = rancherCompose.Contains("{{", StringComparison.Ordinal) ? CatalogSection(rancherCompose) : rancherCompose;
        var template = string.IsNullOrWhiteSpace(text) ? Asks([]) : Template(text, findings);
        return new TemplateReadResult(log.AnyRefused ? null : template, log.InOrder([ComposeSource.RancherFileName]));
    }

    private static TemplateVersion Asks(ImmutableArray<Question> questions) => new(null, null, null, null, null, null, null, questions);

    private static TemplateVersion? Template(string text, FileFindings findings)
    {
        var root = YamlLoader.Load(text, findings);
        if (root is not MapNode document)
        {
            if (root is not null)
            {
                findings.Unreadable(root.Line, root.Column, "is no mapping");
            }

            return null;
        }

        if ((document.Find("catalog") ?? document.Find(".catalog")) is not { } section)
        {
            return Asks([]);
        }

        var path = KeyPath.Root.Key(section.Name);
        if (section.Value is not MapNode map)
        {
            findings.Refuse(section.Key, path, ShapeRules.Complaint(section.Value, Shapes.Map));
            return null;
        }

        var catalog = new MapReader(map, path, "rancher.catalog", findings);
        return Asks(Questions(catalog)) with
        {
            Name = catalog.Text("name"),
            Version = catalog.Text("version"),
            Description = catalog.Text("description"),
            Uuid = catalog.Text("uuid"),
            MinimumRancherVersion = catalog.Text("minimum_rancher_version"),
            MaximumRancherVersion = catalog.Text("maximum_rancher_version"),
            UpgradeFrom = catalog.Text("upgrade_from"),
        };
    }

    private static ImmutableArray<Question> Questions(MapReader catalog)
    {
        var questions = new Dictionary<string, Question>(StringComparer.Ordinal);
        foreach (var (node, path) in catalog.Items("questions"))
        {
            if (node is not MapNode map)
            {
                catalog.Findings.Refuse(node, path, ShapeRules.Complaint(node, Shapes.Map));
            }
            else if (Question(new MapReader(map, path, "rancher.question", catalog.Findings)) is { } question && !questions.TryAdd(question.Variable, question))
            {
                catalog.Findings.Refuse(node, path, $"asks for {question.Variable} again; first in line {questions[question.Variable].Line}");
            }
        }

        return [.. questions.Values];
    }

    private static Question? Question(MapReader question)
    {
        if (question.Text("variable") is not { } variable || !ComposeNames.IsVariable(variable))
        {
            question.Refuse("variable", "must be the name of a variable: letters, digits and '_', no digit first");
            return null;
        }

        var type = question.OneOf("type",
            ("string", QuestionType.String), ("int", QuestionType.Int), ("enum", QuestionType.Enum), ("boolean", QuestionType.Boolean),
            ("multiline", QuestionType.Multiline), ("password", QuestionType.Password), ("service", QuestionType.Service),
            ("certificate", QuestionType.Certificate)) ?? QuestionType.String;
        var options = Options(question);
        if (type == QuestionType.Enum && options.IsEmpty)
        {
            question.Refuse("options", "an enum must have options");
        }

        return new Question(
            variable,
            question.Text("label") ?? variable,
            question.Text("description") ?? "",
            type,
            question.Flag("required") ?? false,
            question.Text("default"),
            question.Text("group"),
            question.Count("min_length", 0, int.MaxValue),
            question.Count("max_length", 0, int.MaxValue),
            question.Whole("min", long.MinValue, long.MaxValue),
            question.Whole("max", long.MinValue, long.MaxValue),
            options,
            question.Text("valid_chars"),
            question.Text("invalid_chars"),
            question.Node.Line);
    }

    private static ImmutableArray<string> Options(MapReader question)
    {
        var options = ImmutableArray.CreateBuilder<string>();
        foreach (var (node, path) in question.Items("options"))
        {
            if (node is TextNode option)
            {
                options.Add(option.IsNull ? "" : option.Value);
            }
            else
            {
                question.Findings.Refuse(node, path, ShapeRules.Complaint(node, Shapes.Text));
            }
        }

        return options.ToImmutable();
    }

    // In a .tpl file the other sections are no YAML before they are rendered, and that takes the answers to the questions
    // asked here. The other lines are left blank, so that lines keep their numbers.
    private static string CatalogSection(string text)
    {
        var inside = false;
        return string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line =>
        {
            if (line.Length > 0 && line[0] is not (' ' or '#' or '\t') && !line.StartsWith("{{", StringComparison.Ordinal))
            {
                inside = line.StartsWith("catalog:", StringComparison.Ordinal) || line.StartsWith(".catalog:", StringComparison.Ordinal);
            }

            return inside && !line.StartsWith("{{", StringComparison.Ordinal) ? line : "";
        }));
    }
}
