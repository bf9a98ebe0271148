using System.Collections.Immutable;
using Portal.Access;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>Answers that name the field, and for Compose text the line.</summary>
internal static class DraftProblems
{
    public static IResult Of(DraftResult why) => why switch
    {
        DraftResult.Unusable unusable => Of(unusable.Findings),
        DraftResult.NoImage image => Problems.Invalid($"images.{image.Service}", $"{image.Reference}: {image.Problem}"),
        DraftResult.UnknownService service => Problems.Invalid($"images.{service.Service}", "The stack has no service of this name."),
        DraftResult.NoScale scale => Problems.Invalid($"replicas.{scale.Service}", scale.Problem),
        DraftResult.NotReady blocked => Results.Problem(title: "Not ready for live.", statusCode: StatusCodes.Status422UnprocessableEntity, detail: blocked.Sentence, extensions: new Dictionary<string, object?> { ["rules"] = blocked.Obstacles }),
        DraftResult.UnknownSecret secret => Problems.Invalid("compose", $"The tenant has no secret '{secret.Name}'."),
        _ => throw new InvalidOperationException($"An outcome without an answer: {why}."),
    };

    public static IResult Of(ImmutableArray<Finding> findings) => Results.Problem(
        title: "The Compose text cannot be deployed.",
        statusCode: StatusCodes.Status422UnprocessableEntity,
        detail: string.Join(" ", findings.Where(finding => finding.Outcome != FindingOutcome.Ignored).Take(3).Select(Sentence)),
        extensions: new Dictionary<string, object?>
        {
            ["findings"] = findings.Select(finding => new { finding.File, finding.Line, finding.Column, field = finding.Key, outcome = Store.SnakeCase.Of(finding.Outcome.ToString()), finding.Reason }),
        });

    /// <summary>The same for people, on pages and in deliveries.</summary>
    public static string Sentence(DraftResult why) => why switch
    {
        DraftResult.Unusable unusable => string.Join(" ", unusable.Findings.Where(finding => finding.Outcome != FindingOutcome.Ignored).Take(3).Select(Sentence)),
        DraftResult.NoImage image => $"The image {image.Reference} of {image.Service} could not be had: {image.Problem}",
        DraftResult.UnknownService service => $"The stack has no service {service.Service}.",
        DraftResult.NoScale scale => $"How many of {scale.Service}: {scale.Problem}",
        DraftResult.NotReady blocked => blocked.Sentence,
        DraftResult.UnknownSecret secret => $"The tenant has no secret {secret.Name}.",
        _ => throw new InvalidOperationException($"A refusal without a sentence: {why}."),
    };

    public static string Sentence(Finding finding) => finding.Key.Length > 0 ? $"Line {finding.Line}, {finding.Key}: {finding.Reason}" : $"Line {finding.Line}: {finding.Reason}";
}
