using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Deployments;
using Portal.Deployments.Requests;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Pages.Switching;
using Portal.Stacks;
using Portal.Stacks.Differences;
using Portal.Tenants;

namespace Portal.Pages.Stacks;

/// <summary>Asks where to and what, shows what would change, and queues the deployment.</summary>
public sealed partial class DeployDialog : IDisposable
{
    /// <summary>Whoever types a tag is not to have each letter looked up.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromMilliseconds(400);

    private bool opened;
    private DeployTarget target;
    /// <summary>0: a new one.</summary>
    private int revision;
    private bool force;
    private bool migration;
    private string compatible = "";
    private ImmutableSortedDictionary<string, ImageChoice> images = ImmutableSortedDictionary<string, ImageChoice>.Empty;
    private Dictionary<string, string> wanted = [];
    /// <summary>Service → how many, as typed; blank leaves as many as there are.</summary>
    private Dictionary<string, string> replicas = [];
    private RevisionDifference? difference;
    /// <summary>Why what is chosen cannot be deployed, as far as can be told before.</summary>
    private string? obstacle;
    private bool looking;
    private CancellationTokenSource? look;
    /// <summary>What keeps it from live.</summary>
    private DraftResult.NotReady? blocked;

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

    /// <summary>The stack is outside the pair, and there is one place to deploy it to.</summary>
    [Parameter]
    public bool Outside { get; set; }

    /// <summary>How what is deployed to standby moves on.</summary>
    [Parameter]
    public TimeSpan? SwitchAfter { get; set; }

    /// <summary>What both sides work on.</summary>
    [Parameter]
    public ImmutableArray<SharedThing> Shared { get; set; } = [];

    /// <summary>May say that a migration is backward compatible.</summary>
    [Parameter]
    public bool MayVouch { get; set; }

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
    private PreviewDeployment Preview { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private IReadOnlyList<string> Obstacles => blocked is null ? [] : blocked.Obstacles;

    /// <summary>What the target runs now; of both, the live side.</summary>
    private int? Current => Runs.TryGetValue(Outside ? StackPage.Once : target.Resolve(Tenant.Live)[^1], out var number) ? number : null;

    private string TargetWord => Outside ? Stack : target == DeployTarget.Both ? "live" : target.Text();

    private string ButtonText => target switch
    {
        _ when Outside => $"Deploy {Stack}",
        DeployTarget.Both => $"Deploy {Stack} to both",
        _ => $"Deploy {Stack} to {target.Text()}",
    };

    private string Sentence => target switch
    {
        _ when Outside => "Both sides, and so visitors, meet at once what is deployed. If it fails, what runs now stays.",
        DeployTarget.Standby when SwitchAfter is { } after => $"Standby ({Tenant.Standby.Text()}) gets it, and {Tenant.Name} switches to it by itself {PlannedWords.Once(after)}.",
        DeployTarget.Standby => $"Standby ({Tenant.Standby.Text()}) gets it. Live is untouched until somebody switches.",
        DeployTarget.Live => $"Visitors get it: on live ({Tenant.Live.Text()}) each replica is replaced once its successor is healthy, and no request is lost. If it fails, what runs now stays.",
        _ => $"Standby ({Tenant.Standby.Text()}) gets it first; only if it succeeds there, live ({Tenant.Live.Text()}) follows, replica by replica, and no request is lost.",
    };

    private IReadOnlyList<ChangeTable.Change> Shown => difference is null ? [] : Changes(difference);

    private ImmutableSortedDictionary<string, int> Counts => replicas
        .Where(typed => int.TryParse(typed.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .ToImmutableSortedDictionary(typed => typed.Key, typed => int.Parse(typed.Value, NumberStyles.None, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    protected override async Task OnParametersSetAsync()
    {
        var opens = Open && !opened;
        opened = Open;
        if (opens)
        {
            target = Outside ? DeployTarget.Live : DeployTarget.Standby;
            (revision, force, migration, compatible) = (Revision ?? 0, false, false, "");
            images = Revisions is [var latest, ..] ? latest.Images : ImmutableSortedDictionary<string, ImageChoice>.Empty;
            replicas = [];
            wanted = images.ToDictionary(image => image.Key, image => image.Value.Reference);
            await CompareAsync();
        }
        else if (!Open)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        look?.Cancel();
        look?.Dispose();
        look = null;
    }

    private Task TypedAsync(Dictionary<string, string> fields, string service, ChangeEventArgs typed)
    {
        fields[service] = typed.Value?.ToString() ?? "";
        return CompareAsync(Still);
    }

    private Task CompareAsync() => CompareAsync(TimeSpan.Zero);

    private async Task CompareAsync(TimeSpan pause)
    {
        Dispose();
        look = new CancellationTokenSource();
        var token = look.Token;
        (looking, obstacle) = (true, null);
        try
        {
            await Task.Delay(pause, Clock, token);
            obstacle = await CurrentActor.TryAsync(actor => LookAsync(actor, token), token);
            looking = false;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return;
        }

        StateHasChanged();
    }

    /// <returns>Why it could not be told.</returns>
    private async Task<string?> LookAsync(Actor actor, CancellationToken token)
    {
        var result = await Preview.ExecuteAsync(actor, Tenant.Id, Stack, Wanted, token);
        // What has been overtaken does not overwrite what came after it.
        token.ThrowIfCancellationRequested();
        // Of both sides, the live one is the one to look at.
        var shown = result as PreviewDeploymentResult.Shown;
        (difference, blocked) = (shown?.Sides[^1].Difference, shown?.Blocked);
        return result is PreviewDeploymentResult.Refused refused ? DeploymentRefusals.Sentence(refused.Why) : difference?.Unreadable;
    }

    private DeploymentRequest Wanted => new(
        target,
        revision != 0 ? ImmutableSortedDictionary<string, string>.Empty : wanted.ToImmutableSortedDictionary(image => image.Key, image => image.Value.Trim(), StringComparer.Ordinal),
        revision == 0 ? null : revision,
        revision == 0 && force,
        DeploymentTrigger.Page)
    {
        Replicas = revision == 0 ? Counts : Counts.Clear(),
        Migration = migration,
        Compatible = migration && !Shared.IsEmpty && compatible.Trim().Length > 0 ? compatible : null,
    };

    internal static IReadOnlyList<ChangeTable.Change> Changes(RevisionDifference difference) =>
    [
        .. difference.Images.Select(image => new ChangeTable.Change($"{image.Service} image", Short(image.Before, image.After), Short(image.After, image.Before))),
        .. difference.Answers.Select(answer => new ChangeTable.Change($"answer {answer.Field}", answer.Before, answer.After)),
        .. difference.Files.Select(name => new ChangeTable.Change($"file {name}", "former", "changed")),
        .. difference.Secrets.Select(secret => new ChangeTable.Change($"secret {secret.Name}", Version(secret.Before), Version(secret.After))),
        .. difference.Services.SelectMany(service => service.Change switch
        {
            ServiceChange.Added => [new ChangeTable.Change(service.Service, null, "new")],
            ServiceChange.Removed => [new ChangeTable.Change(service.Service, "runs", null)],
            _ => service.Fields.Select(field => new ChangeTable.Change($"{service.Service} {field.Field}", field.Before, field.After)),
        }),
    ];

    /// <summary>The tag; with the digest where the tag alone does not tell the two apart.</summary>
    private static string? Short(ImageChoice? image, ImageChoice? other) =>
        image is null ? null : image.Tag() == other?.Tag() && image.Digest is { } digest ? $"{image.Tag()} {ShortId.Of(digest)}" : image.Tag();

    private static string? Version(int? version) => version is { } number ? $"version {number}" : null;

    private static string Tags(RevisionView one) => string.Join(", ", one.Images.Select(image => $"{image.Key} {image.Value.Tag()}"));

    private async Task<string?> DeployAsync()
    {
        var actor = await CurrentActor.GetAsync(CancellationToken.None);
        var result = await Request.ExecuteAsync(actor, Tenant.Id, Stack, Wanted, CancellationToken.None);
        if (result is RequestDeploymentResult.Accepted accepted)
        {
            Navigation.NavigateTo($"/deployments/{accepted.Deployments[0]}");
            return null;
        }

        obstacle = null;
        return DeploymentRefusals.Sentence(result);
    }
}
