using Portal.Store;

namespace Portal.Stacks.Differences;

/// <summary>The API's shape of a difference, wherever one is answered.</summary>
internal static class DifferenceAnswer
{
    public static object Of(RevisionDifference difference) => new
    {
        difference.Nothing,
        images = difference.Images.Select(image => new { image.Service, before = Text(image.Before), after = Text(image.After) }),
        answers = difference.Answers.Select(answer => new { name = answer.Field, answer.Before, answer.After }),
        secrets = difference.Secrets.Select(secret => new { secret.Name, before = secret.Before, after = secret.After }),
        difference.Files,
        services = difference.Services.Select(service => new { service.Service, change = SnakeCase.Of(service.Change.ToString()), fields = service.Fields.Select(field => new { field.Field, field.Before, field.After }) }),
        composeChanged = difference.ComposeBefore != difference.ComposeAfter,
        difference.Unreadable,
    };

    private static string? Text(ImageChoice? image) => image is null ? null : image.Digest is null ? image.Reference : $"{image.Reference}@{image.Digest}";
}
