using System.Collections.Immutable;
using System.IO.Enumeration;
using Portal.Docker;

namespace Portal.Webhooks.Intake;

public abstract record HookVerdict
{
    /// <param name="Images">Service → reference to run; the same repository that the service runs, under the tag of the body.</param>
    public sealed record Deploy(DeployTarget Target, ImmutableSortedDictionary<string, string> Images) : HookVerdict;

    /// <summary>Right, but nothing to do with this stack.</summary>
    public sealed record Ignore(string Reason) : HookVerdict;

    public sealed record Invalid(string Field, string Problem) : HookVerdict;
}

/// <summary>What a webhook is for among its stack's images.</summary>
/// <param name="Services">Empty: all of them.</param>
/// <param name="Tags">With <c>*</c> and <c>?</c>; null: every tag.</param>
public sealed record HookFilter(ImmutableArray<string> Services, string? Tags)
{
    public static HookFilter None { get; } = new([], null);

    public bool Has(string service) => Services.IsEmpty || Services.Contains(service, StringComparer.Ordinal);

    public bool Takes(string tag) => Tags is null || FileSystemName.MatchesSimpleExpression(Tags, tag, ignoreCase: false);
}

/// <summary>What a body may bring about: it chooses among the images that the stack names, and may narrow the target, nothing else.</summary>
public static class HookDecider
{
    private const string OfficialPrefix = "library/";

    /// <param name="images">Service → reference that it runs now.</param>
    public static HookVerdict Decide(DeployTarget allowed, HookPayload payload, IReadOnlyDictionary<string, string> images, HookFilter? filter = null)
    {
        if (payload.Target is { } asked && !Narrows(asked, allowed))
        {
            return new HookVerdict.Invalid("target", $"This webhook deploys to {allowed.Text()}; the body asks for {asked.Text()}.");
        }

        filter ??= HookFilter.None;
        var chosen = images
            .Where(image => filter.Has(image.Key))
            .Select(image => (Service: image.Key, Named: ImageReference.TryParse(image.Value, out var named) ? named : null))
            .Where(image => image.Named is not null && IsMeant(payload, image.Named))
            .ToImmutableSortedDictionary(image => image.Service, image => image.Named!.WithTag(payload.Tag).ToString(), StringComparer.Ordinal);
        return chosen.IsEmpty
            ? new HookVerdict.Ignore(filter.Services.IsEmpty
                ? $"No service of the stack runs {payload.Image.Name}."
                : $"None of {string.Join(", ", filter.Services)}, which this webhook is for, runs {payload.Image.Name}.")
            : !filter.Takes(payload.Tag) ? new HookVerdict.Ignore($"This webhook acts on tags like {filter.Tags}; {payload.Tag} is none.")
            : new HookVerdict.Deploy(payload.Target ?? allowed, chosen);
    }

    /// <summary>Whatever is live at the moment: what a webhook may do must not depend on the last switch.</summary>
    private static bool Narrows(DeployTarget asked, DeployTarget allowed) => asked == allowed || allowed == DeployTarget.Both;

    /// <summary>Docker Hub's body names no registry, and mirrors send the same form: there the path decides.</summary>
    private static bool IsMeant(HookPayload payload, ImageReference named) => payload.Form switch
    {
        PayloadForm.Generic => named.IsSameRepository(payload.Image),
        PayloadForm.DockerHub => named.IsSameRepository(payload.Image) || PathOf(named) == PathOf(payload.Image),
    };

    private static string PathOf(ImageReference image) =>
        image.Repository.StartsWith(OfficialPrefix, StringComparison.Ordinal) ? image.Repository[OfficialPrefix.Length..] : image.Repository;
}
