using System.Collections.Immutable;
namespace Portal.Compose;
public sealed record Question(string Variable, string? Label, string? Description, string? Default, bool Required);
public sealed record AnswerError(string Variable, string Problem);
public sealed record AnswerResult(IReadOnlyDictionary<string,string> Values, ImmutableArray<AnswerError> Errors);
public static class Answers { public static AnswerResult Validate(ImmutableArray<Question> q, IReadOnlyDictionary<string,string> a) => new(a, []); }
