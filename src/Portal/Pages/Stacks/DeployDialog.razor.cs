using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Deployments;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Stacks.Readiness;
using Portal.Tenants;

namespace Portal.Pages.Stacks;

/// <summary>Asks where to and what, shows what would change, and queues the deployment.</summary>
public sealed partial class DeployDialog
{
    private bool opened;
    private DeployTarget target;
    /// <summary>0: a new one.</summary>
    private int revision;
    private bool force;
    private ImmutableSortedDictionary<string, ImageChoice> images = ImmutableSortedDictionary<string, ImageChoice>.Empty;
    private Dictionary<string, string> wanted = [];
    /// <summary>Service → how many, as typed; blank leaves as many as there are.</summary>
    private Dictionary<string, string> replicas = [];
    private RevisionDifference? difference;
    private ReadinessReport? readiness;

    [Parameter]
    public bool Open { get; set; }

    [Parameter]
    public EventCallback<bool> OpenChanged { get; set; }

    [Parameter, EditorRequired]
    public TenantView Tenant { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Stack { get; set; } = "";

    [Parameter]
    public bool MayLive { get; set; }

    /// <summary>Chosen beforehand; null for a new one.</summary>
    [Parameter]
    public int? Revision { get; set; }

    [Parameter, EditorRequired]
    public IReadOnlyList<RevisionView> Revisions { get; set; } = [];

    /// <summary>Number → why it cannot run again.</summary>
    [Parameter]
    public ImmutableDictionary<int, string> Gone { get; set; } = ImmutableDictionary<int, string>.Empty;

    [Parameter, EditorRequired]
    public ImmutableDictionary<Colour, int> Runs { get; set; } = ImmutableDictionary<Colour, int>.Empty;

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private RequestDeployment Request { get; set; } = null!;

    [Inject]
    private StackQueries Stacks { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private ReadinessQueries Readiness { get; set; } = null!;

    private IReadOnlyList<string> Obstacles => readiness is null ? [] : readiness.Obstacles;

    /// <summary>What the target runs now; of both, the live side.</summary>
    private int? Current => Runs.TryGetValue(target.Resolve(Tenant.Live)[^1], out var number) ? number : null;

    private string TargetWord => target == DeployTarget.Both ? "live" : target.Text();

    private string ButtonText => target switch
    {
        DeployTarget.Both => $"Deploy {Stack} to both",
        _ => $"Deploy {Stack} to {target.Text()}",
    };

    private string Sentence => target switch
    {
        DeployTarget.Standby => $"Standby ({Tenant.Standby.Text()}) gets it. Live is untouched until somebody switches.",
        DeployTarget.Live => $"Visitors get it: on live ({Tenant.Live.Text()}) each replica is replaced once its successor is healthy, and no request is lost. If it fails, what runs now stays.",
        _ => $"Standby ({Tenant.Standby.Text()}) gets it first; only if it succeeds there, live ({Tenant.Live.Text()}) follows, replica by replica, and no request is lost.",
    };

    private IReadOnlyList<ChangeTable.Change> Shown =>
        revision != 0
            ? difference is null ? [] : Changes(difference)
            :
            [
                .. images.Where(image => wanted[image.Key].Trim() != Running(image.Key)).Select(image => new ChangeTable.Change($"{image.Key} image", Running(image.Key), wanted[image.Key].Trim())),
                .. Counts.Select(count => new ChangeTable.Change($"{count.Key} replicas", "as now", count.Value.ToString(CultureInfo.InvariantCulture))),
            ];

    private ImmutableSortedDictionary<string, int> Counts => replicas
        .Where(typed => int.TryParse(typed.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .ToImmutableSortedDictionary(typed => typed.Key, typed => int.Parse(typed.Value, NumberStyles.None, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    protected override async Task OnParametersSetAsync()
    {
        if (Open && !opened)
        {
            target = DeployTarget.Standby;
            (revision, force) = (Revision ?? 0, false);
            images = Revisions is [var latest, ..] ? latest.Images : ImmutableSortedDictionary<string, ImageChoice>.Empty;
            replicas = [];
            wanted = images.ToDictionary(image => image.Key, image => image.Value.Reference);
            await CompareAsync();
        }

        opened = Open;
    }

    private string? Running(string service) =>
        Revisions.FirstOrDefault(one => one.Number == Current)?.Images.GetValueOrDefault(service)?.Reference;

    private async Task CompareAsync()
    {
        difference = revision == 0 ? null : await Stacks.CompareAsync(Tenant.Id, Stack, Current, revision, CancellationToken.None);
        readiness = target is not DeployTarget.Standby && !(await Readiness.BlockingAsync(Tenant.Id, CancellationToken.None)).IsEmpty
            ? await Readiness.FindAsync(Tenant.Id, Stack, revision == 0 ? null : revision, CancellationToken.None)
            : null;
    }

    internal static IReadOnlyList<ChangeTable.Change> Changes(RevisionDifference difference) =>
    [
        .. difference.Images.Select(image => new ChangeTable.Change($"{image.Service} image", Short(image.Before, image.After), Short(image.After, image.Before))),
        .. difference.Answers.Select(name => new ChangeTable.Change($"answer {name}", "former", "changed")),
        .. difference.Secrets.Select(secret => new ChangeTable.Change($"secret {secret.Name}", Version(secret.Before), Version(secret.After))),
    ];

    /// <summary>The tag; with the digest where the tag alone does not tell the two apart.</summary>
    private static string? Short(ImageChoice? image, ImageChoice? other) =>
        image is null ? null : image.Tag() == other?.Tag() && image.Digest is { } digest ? $"{image.Tag()} {ShortId.Of(digest)}" : image.Tag();

    private static string? Version(int? version) => version is { } number ? $"version {number}" : null;

    private static string Tags(RevisionView one) => string.Join(", ", one.Images.Select(image => $"{image.Key} {image.Value.Tag()}"));

    private async Task<string?> DeployAsync()
    {
        var actor = await CurrentActor.GetAsync(CancellationToken.None);
        var changed = revision != 0 ? ImmutableSortedDictionary<string, string>.Empty : wanted.ToImmutableSortedDictionary(image => image.Key, image => image.Value.Trim(), StringComparer.Ordinal);
        var result = await Request.ExecuteAsync(
            actor, Tenant.Id, Stack, new DeploymentRequest(target, changed, revision == 0 ? null : revision, revision == 0 && force, DeploymentTrigger.Page)
            {
                Replicas = revision == 0 ? Counts : Counts.Clear(),
            }, CancellationToken.None);
        if (result is RequestDeploymentResult.Accepted accepted)
        {
            Navigation.NavigateTo($"/deployments/{accepted.Deployments[0]}");
            return null;
        }

        return result switch
        {
            RequestDeploymentResult.NoSuchStack => "The stack has been removed meanwhile.",
            RequestDeploymentResult.NoSuchRevision missing => $"The stack has no revision {missing.Number}.",
            RequestDeploymentResult.EngineUnavailable down => $"The Docker host does not answer: {down.Problem}",
            RequestDeploymentResult.Refused refused => Refusal(refused.Why),
            _ => throw new InvalidOperationException($"An outcome without words: {result}."),
        };
    }

    private static string Refusal(DraftResult why) => why switch
    {
        DraftResult.Unusable unusable => string.Join(" ", unusable.Findings.Where(finding => finding.Outcome != Compose.FindingOutcome.Ignored).Take(3).Select(DraftProblems.Sentence)),
        DraftResult.NoImage image => $"Image of {image.Service}, {image.Reference}: {image.Problem}",
        DraftResult.UnknownService service => $"The stack has no service {service.Service}.",
        DraftResult.NoScale scale => $"How many of {scale.Service}: {scale.Problem}",
        DraftResult.NotReady blocked => blocked.Sentence,
        DraftResult.UnknownSecret secret => $"The tenant has no secret {secret.Name}.",
        _ => throw new InvalidOperationException($"An outcome without words: {why}."),
    };
}
