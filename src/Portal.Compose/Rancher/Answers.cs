using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What is wrong with one answer. The reason never repeats the answer, which may be a secret.</summary>
public sealed record AnswerError(string Variable, string Reason);

/// <param name="Values">one for each question: the answer, else the default, else blank for one that need not be answered</param>
/// <param name="Errors">empty when all is well; otherwise the values must not be used</param>
public sealed record AnswerResult(ImmutableSortedDictionary<string, string> Values, ImmutableArray<AnswerError> Errors)
{
    public bool IsValid => Errors.IsEmpty;
}

/// <summary>Holds answers against the questions that they answer.</summary>
public static class Answers
{
    public static AnswerResult Validate(ImmutableArray<Question> questions, IReadOnlyDictionary<string, string> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var errors = ImmutableArray.CreateBuilder<AnswerError>();
        foreach (var question in questions)
        {
            var answer = answers.TryGetValue(question.Variable, out var given) ? given : question.Default ?? "";
            if (question.Type is QuestionType.Int or QuestionType.Boolean or QuestionType.Enum or QuestionType.Service)
            {
                answer = answer.Trim();
            }

            if (Problem(question, answer) is { } reason)
            {
                errors.Add(new AnswerError(question.Variable, reason));
            }

            values[question.Variable] = question.Type == QuestionType.Boolean ? answer.ToLowerInvariant() : answer;
        }

        foreach (var unasked in answers.Keys.Where(a => questions.All(q => q.Variable != a)).Order(StringComparer.Ordinal))
        {
            errors.Add(new AnswerError(unasked, "is not asked for"));
        }

        return new AnswerResult(values.ToImmutable(), errors.ToImmutable());
    }

    private static string? Problem(Question question, string answer)
    {
        if (answer.Length == 0)
        {
            return question.Required ? "must be answered" : null;
        }

        return OfType(question, answer) ?? OfLength(question, answer) ?? OfCharacters(question, answer);
    }

    private static string? OfType(Question question, string answer)
    {
        switch (question.Type)
        {
            case QuestionType.Int:
                return Units.Whole(answer) is not { } number ? "must be a whole number"
                    : number < question.Min ? $"must be at least {question.Min}"
                    : number > question.Max ? $"must be at most {question.Max}"
                    : null;
            case QuestionType.Boolean:
                return answer.ToLowerInvariant() is "true" or "false" ? null : "must be true or false";
            case QuestionType.Enum:
                return question.Options.Contains(answer) ? null : $"must be one of {string.Join(", ", question.Options)}";
            case QuestionType.Service:
                var parts = answer.Split('/');
                return parts.Length is 1 or 2 && parts.All(ComposeNames.IsName) ? null : "must be a service, as stack/service";
            case QuestionType.Multiline:
                return null;
            default:
                return answer.AsSpan().ContainsAny('\n', '\r') ? "must be one line" : null;
        }
    }

    private static string? OfLength(Question question, string answer) =>
        answer.Length < question.MinLength ? $"must have at least {question.MinLength} characters"
        : answer.Length > question.MaxLength ? $"must have at most {question.MaxLength} characters"
        : null;

    private static string? OfCharacters(Question question, string answer) =>
        question.ValidChars is { Length: > 0 } valid && answer.Any(c => !IsIn(valid, c)) ? $"may hold only these characters: {valid}"
        : question.InvalidChars is { Length: > 0 } invalid && answer.Any(c => IsIn(invalid, c)) ? $"may not hold these characters: {invalid}"
        : null;

    private static bool IsIn(string set, char c)
    {
        for (var i = 0; i < set.Length; i++)
        {
            var isRange = i + 2 < set.Length && set[i + 1] == '-';
            if (isRange ? c >= set[i] && c <= set[i + 2] : c == set[i])
            {
                return true;
            }

            i += isRange ? 2 : 0;
        }

        return false;
    }
}
