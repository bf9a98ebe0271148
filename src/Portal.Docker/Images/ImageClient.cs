using System.Runtime.CompilerServices;

namespace Portal.Docker;

/// <summary>Images of one engine.</summary>
public sealed class ImageClient
{
    private readonly EngineTransport transport;

    internal ImageClient(EngineTransport transport) => this.transport = transport;

    /// <summary>Pulls one image; by digest where the reference has one. Nothing happens before the first line is asked for.</summary>
    /// <exception cref="ArgumentException">Neither tag nor digest: the engine would pull all tags.</exception>
    /// <exception cref="EngineException">Refused: the registry does not take the credentials. NotFound: it has no such image.</exception>
    public IAsyncEnumerable<PullProgress> PullAsync(
        ImageReference image, RegistryCredentials? credentials = null, CancellationToken cancel = default) => PullAsync(image, credentials, platform: null, cancel);

    /// <param name="platform"><c>linux/arm64</c>; null is the engine's own.</param>
    /// <exception cref="ArgumentException">Neither tag nor digest.</exception>
    /// <exception cref="EngineException">As above; NotFound also where the registry has it for other platforms only.</exception>
    public IAsyncEnumerable<PullProgress> PullAsync(ImageReference image, RegistryCredentials? credentials, string? platform, CancellationToken cancel)
    {
        var version = image.Digest ?? image.Tag ?? throw new ArgumentException("A pull names a tag or a digest.", nameof(image));
        var request = new EngineRequest(HttpMethod.Post, "/images/create", CallKind.Stream)
        {
            Query = new Query().Add("fromImage", image.Name).Add("tag", version).Add("platform", platform),
            RegistryAuth = Auth(credentials),
        };
        return PullLinesAsync(request, image, cancel);
    }

    /// <summary>Pushes the tag to the registry that the reference names.</summary>
    /// <exception cref="ArgumentException">No tag: the engine would push all of them.</exception>
    public IAsyncEnumerable<PushProgress> PushAsync(
        ImageReference image, RegistryCredentials? credentials = null, CancellationToken cancel = default)
    {
        var tag = image.Tag ?? throw new ArgumentException("A push names a tag.", nameof(image));
        var request = new EngineRequest(HttpMethod.Post, $"/images/{image.Name}/push", CallKind.Stream)
        {
            Query = new Query().Add("tag", tag),
            RegistryAuth = RegistryCredentials.Header(credentials),
        };
        return PushLinesAsync(request, image, cancel);
    }

    /// <param name="idOrReference">An image id or a reference.</param>
    /// <returns>Null: the engine does not have it.</returns>
    public async Task<ImageDetails?> FindAsync(string idOrReference, CancellationToken cancel = default)
    {
        try
        {
            return await InspectAsync(idOrReference, cancel).ConfigureAwait(false);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <param name="idOrReference">An image id or a reference.</param>
    /// <exception cref="EngineException">NotFound: the engine does not have it.</exception>
    public async Task<ImageDetails> InspectAsync(string idOrReference, CancellationToken cancel = default)
    {
        var wire = await transport.ReadAsync(
            EngineRequest.Get($"/images/{PathSegment.OfImage(idOrReference)}/json"), EngineJson.Default.WireImage, cancel).ConfigureAwait(false);
        return ImageMapping.Details(wire);
    }

    /// <param name="labels">Each <c>key</c> or <c>key=value</c>; all must hold.</param>
    public async Task<IReadOnlyList<ImageSummary>> ListAsync(IReadOnlyList<string>? labels = null, CancellationToken cancel = default)
    {
        var query = new Query().Filters(new Dictionary<string, IReadOnlyList<string>> { ["label"] = labels ?? [] });
        var wires = await transport.ReadAsync(
            EngineRequest.Get("/images/json", query), EngineJson.Default.WireImageSummaryArray, cancel).ConfigureAwait(false);
        return [.. wires.Select(ImageMapping.Summary)];
    }

    /// <summary>Removes a tag, and the image with its last tag.</summary>
    /// <returns>Ids of what was deleted; empty where only a tag went.</returns>
    /// <exception cref="EngineException">Conflict: a container uses it.</exception>
    public async Task<IReadOnlyList<string>> RemoveAsync(string idOrReference, bool force = false, CancellationToken cancel = default)
    {
        var wires = await transport.ReadAsync(
            EngineRequest.Delete($"/images/{PathSegment.OfImage(idOrReference)}", new Query().Flag("force", force)),
            EngineJson.Default.WireImageDeletedArray,
            cancel).ConfigureAwait(false);
        return ImageMapping.Deleted(wires);
    }

    public Task TagAsync(string idOrReference, ImageReference target, CancellationToken cancel = default) =>
        transport.SendAsync(
            EngineRequest.Post(
                $"/images/{PathSegment.OfImage(idOrReference)}/tag",
                new Query().Add("repo", target.Name).Add("tag", target.Tag ?? throw new ArgumentException("A tag is needed.", nameof(target)))),
            cancel);

    /// <summary>Makes an image of one layer from a root file system.</summary>
    /// <param name="changes">Dockerfile instructions such as <c>CMD ["/app"]</c>.</param>
    /// <returns>The image's id.</returns>
    public async Task<string> ImportAsync(
        Stream tar, ImageReference target, IReadOnlyList<string>? changes = null, CancellationToken cancel = default)
    {
        var query = new Query().Add("fromSrc", "-").Add("repo", target.Name).Add("tag", target.Tag);
        foreach (var change in changes ?? [])
        {
            query.Add("changes", change);
        }

        var request = new EngineRequest(HttpMethod.Post, "/images/create", CallKind.Stream) { Query = query, Content = JsonBody.Tar(tar) };
        var last = "";
        await foreach (var line in ImageTransfer.ReadAsync(transport, request, cancel).ConfigureAwait(false))
        {
            last = line.Status ?? last;
        }

        return last;
    }

    /// <summary>Loads what <c>docker save</c> wrote.</summary>
    public async Task LoadAsync(Stream tar, CancellationToken cancel = default)
    {
        var request = new EngineRequest(HttpMethod.Post, "/images/load", CallKind.Stream)
        {
            Query = new Query().Add("quiet", "1"),
            Content = JsonBody.Tar(tar),
        };
        await foreach (var _ in ImageTransfer.ReadAsync(transport, request, cancel).ConfigureAwait(false))
        {
            // Read to the end: an error may come as any line.
        }
    }

    /// <summary>What the registry has under the reference now, with its digest. Nothing is pulled.</summary>
    /// <exception cref="EngineException">Refused: credentials not taken (401, 403). NotFound: no such image.</exception>
    public async Task<DistributionInfo> ResolveAsync(
        ImageReference image, RegistryCredentials? credentials = null, CancellationToken cancel = default)
    {
        var auth = Auth(credentials);
        try
        {
            var wire = await transport.ReadAsync(
                RegistryRefusal.Distribution(image, auth), EngineJson.Default.WireDistribution, cancel).ConfigureAwait(false);
            return ImageMapping.Distribution(wire);
        }
        catch (EngineException error) when (auth is null && error.Kind == EngineErrorKind.Other)
        {
            throw await RegistryRefusal.ExplainAsync(transport, image, auth, error, cancel).ConfigureAwait(false);
        }
    }

    /// <param name="all">All that no container uses, not only those without a tag.</param>
    public async Task<PruneResult> PruneAsync(bool all = false, CancellationToken cancel = default)
    {
        var query = new Query().Filters(new Dictionary<string, IReadOnlyList<string>> { ["dangling"] = [all ? "false" : "true"] });
        var request = new EngineRequest(HttpMethod.Post, "/images/prune", CallKind.Slow) { Query = query };
        var wire = await transport.ReadAsync(request, EngineJson.Default.WirePruned, cancel).ConfigureAwait(false);
        return new PruneResult(ImageMapping.Deleted(wire.ImagesDeleted), wire.SpaceReclaimed);
    }

    private async IAsyncEnumerable<PullProgress> PullLinesAsync(
        EngineRequest request, ImageReference image, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var line in ImageTransfer.ReadFromRegistryAsync(transport, request, image, cancel).ConfigureAwait(false))
        {
            yield return new PullProgress(line.Id, line.Status ?? "", line.ProgressDetail?.Current, line.ProgressDetail?.Total);
        }
    }

    private async IAsyncEnumerable<PushProgress> PushLinesAsync(
        EngineRequest request, ImageReference image, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var line in ImageTransfer.ReadFromRegistryAsync(transport, request, image, cancel).ConfigureAwait(false))
        {
            yield return new PushProgress(
                line.Id, line.Status ?? "", line.ProgressDetail?.Current, line.ProgressDetail?.Total, line.Aux?.Digest);
        }
    }

    private static string? Auth(RegistryCredentials? credentials) => credentials is null ? null : RegistryCredentials.Header(credentials);
}
