using System.Collections.Immutable;
using Portal.Catalog;
using Portal.Compose;
using Portal.Redaction;

namespace Portal.Stacks;

/// <summary>
/// What of a definition is secret: answers that the template asks for as passwords, those whose name tells, what the text itself takes as a
/// secret, and the passwords in its files.
/// </summary>
public sealed class StackSecrets(Redactor redactor, CatalogStore catalog)
{
    public void Learn(Stack stack, StackDefinition definition, ComposeResult? read) =>
        Learn(stack.TenantId, definition, read, stack.Template is null ? [] : catalog.Find(stack.Template, stack.TemplateVersion)?.Questions ?? []);

    /// <param name="questions">Those that were answered, as far as they are known.</param>
    public void Learn(Guid tenant, StackDefinition definition, ComposeResult? read, ImmutableArray<Question> questions) => redactor.Learn(tenant,
    [
        .. definition.Answers.Where(answer => SecretNames.Tells(answer.Key) || questions.Any(question => question.Variable == answer.Key && question.Type == QuestionType.Password)).Select(answer => answer.Value),
        .. definition.Answers.Values.SelectMany(SecretNames.InAddress),
        .. definition.Files.Values.SelectMany(SecretNames.InSettings),
        .. (read?.Stack?.Secrets ?? []).Select(secret => secret.Value).OfType<string>(),
    ]);
}
