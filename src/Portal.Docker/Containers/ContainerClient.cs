using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Portal.Docker;

/// <summary>Containers of one engine. Every id may also be a name.</summary>
public sealed class ContainerClient
{
    private readonly EngineTransport transport;

    internal ContainerClient(EngineTransport transport) => this.transport = transport;

    /// <summary>
    /// Creates it, joined to all its networks, not started. Where joining a further network fails the container is removed again.
    /// </summary>
    /// <returns>The id.</returns>
    /// <exception cref="EngineException">Conflict: the name is taken. NotFound: the image is not on the host. A network that does not exist is missed at the start.</exception>
    public async Task<string> CreateAsync(string name, ContainerSpec spec, CancellationToken cancel = default)
    {
        var (body, later) = ContainerSpecMapping.ToWire(spec);
        var request = EngineRequest.Post("/containers/create", new Query().Add("name", name).Add("platform", spec.Platform), JsonBody.Of(body, EngineJson.Default.WireCreate));
        var created = await transport.ReadAsync(request, EngineJson.Default.WireId, cancel).ConfigureAwait(false);
        try
        {
            foreach (var (network, attachment) in later)
            {
                await NetworkClient.ConnectAsync(transport, network, created.Id, attachment, cancel).ConfigureAwait(false);
            }
        }
        catch
        {
            await RemoveAsync(created.Id, force: true, volumes: true, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return created.Id;
    }

    /// <returns>False if it was running already.</returns>
    public Task<bool> StartAsync(string id, CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Post($"/containers/{PathSegment.Of(id)}/start"), cancel);

    /// <summary>Asks it to stop and kills it after the grace period (rounded up to whole seconds).</summary>
    /// <returns>False if it was not running.</returns>
    public Task<bool> StopAsync(string id, TimeSpan grace, CancellationToken cancel = default) =>
        transport.SendAsync(
            EngineRequest.Post($"/containers/{PathSegment.Of(id)}/stop", Seconds(grace)) with { ExtraTime = grace }, cancel);

    /// <param name="signal">Name or number, such as <c>SIGHUP</c>.</param>
    /// <exception cref="EngineException">Conflict: it is not running.</exception>
    public Task KillAsync(string id, string signal = "SIGKILL", CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Post($"/containers/{PathSegment.Of(id)}/kill", new Query().Add("signal", signal)), cancel);

    public Task RestartAsync(string id, TimeSpan grace, CancellationToken cancel = default) =>
        transport.SendAsync(
            EngineRequest.Post($"/containers/{PathSegment.Of(id)}/restart", Seconds(grace)) with { ExtraTime = grace }, cancel);

    /// <param name="force">Kill it first if it runs; without, a running one is a Conflict.</param>
    /// <param name="volumes">Its anonymous volumes too.</param>
    public Task RemoveAsync(string id, bool force = false, bool volumes = false, CancellationToken cancel = default) =>
        transport.SendAsync(
            EngineRequest.Delete($"/containers/{PathSegment.Of(id)}", new Query().Flag("force", force).Flag("v", volumes)), cancel);

    public Task RenameAsync(string id, string name, CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Post($"/containers/{PathSegment.Of(id)}/rename", new Query().Add("name", name)), cancel);

    /// <exception cref="EngineException">Conflict: it is paused already, or does not run.</exception>
    public Task PauseAsync(string id, CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Post($"/containers/{PathSegment.Of(id)}/pause"), cancel);

    /// <exception cref="EngineException">Conflict: it is not paused.</exception>
    public Task UnpauseAsync(string id, CancellationToken cancel = default) =>
        transport.SendAsync(EngineRequest.Post($"/containers/{PathSegment.Of(id)}/unpause"), cancel);

    /// <summary>Gives it the limits that it is to have, while it runs.</summary>
    /// <param name="actual">That it has.</param>
    /// <exception cref="EngineException">Such as that it uses more memory than it is to have.</exception>
    public Task UpdateAsync(string id, ContainerLimits wanted, ContainerLimits actual, EngineCapacity capacity, CancellationToken cancel = default) =>
        transport.SendAsync(
            EngineRequest.Post($"/containers/{PathSegment.Of(id)}/update", content: JsonBody.Of(ContainerSpecMapping.Limits(capacity.Restoring(wanted, actual)), EngineJson.Default.WireHostConfig)), cancel);

    /// <returns>Null: there is none such.</returns>
    public async Task<ContainerDetails?> FindAsync(string id, CancellationToken cancel = default)
    {
        try
        {
            return await InspectAsync(id, cancel).ConfigureAwait(false);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <exception cref="EngineException">NotFound: there is none such.</exception>
    public async Task<ContainerDetails> InspectAsync(string id, CancellationToken cancel = default)
    {
        var wire = await transport.ReadAsync(
            EngineRequest.Get($"/containers/{PathSegment.Of(id)}/json"), EngineJson.Default.WireContainer, cancel).ConfigureAwait(false);
        return ContainerDetailsMapping.Details(wire);
    }

    public async Task<IReadOnlyList<ContainerSummary>> ListAsync(ContainerFilter? filter = null, CancellationToken cancel = default)
    {
        filter ??= new ContainerFilter();
        var query = new Query().Flag("all", filter.All).Filters(new Dictionary<string, IReadOnlyList<string>>
        {
            ["label"] = filter.Labels,
            // The engine matches names as regular expressions, anywhere in the name.
            ["name"] = [.. filter.Names.Select(name => $"^/?{Regex.Escape(name)}$")],
            ["id"] = filter.Ids,
            ["network"] = filter.Networks,
        });
        var wires = await transport.ReadAsync(
            EngineRequest.Get("/containers/json", query), EngineJson.Default.WireContainerSummaryArray, cancel).ConfigureAwait(false);
        return [.. wires.Select(ContainerDetailsMapping.Summary)];
    }

    /// <summary>Waits until it is not running, however long that takes.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync(string id, CancellationToken cancel = default)
    {
        var request = new EngineRequest(HttpMethod.Post, $"/containers/{PathSegment.Of(id)}/wait", CallKind.Stream);
        var answer = await transport.ReadAsync(request, EngineJson.Default.WireWait, cancel).ConfigureAwait(false);
        return answer.Error?.Message is { Length: > 0 } problem
            ? throw new EngineException(new EngineError(EngineErrorKind.Other, null, problem))
            : (int)answer.StatusCode;
    }

    /// <summary>Lines of both outputs in the order the engine has them; ends when there are no more, or, following, when the container stops.</summary>
    public async IAsyncEnumerable<LogLine> LogsAsync(
        string id, LogOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        // Only the container says whether its output is framed; the answer itself does so from API 1.42 on.
        var details = await InspectAsync(id, cancel).ConfigureAwait(false);
        var lines = LogReader.ReadAsync(transport, details.Id, details.Definition.Tty, options ?? new LogOptions(), cancel);
        await foreach (var line in lines.ConfigureAwait(false))
        {
            yield return line;
        }
    }

    /// <summary>About one a second, until cancelled or the container is gone.</summary>
    public async IAsyncEnumerable<ContainerStats> StatsAsync(string id, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var request = new EngineRequest(HttpMethod.Get, $"/containers/{PathSegment.Of(id)}/stats", CallKind.Stream);
        var stream = await transport.OpenAsync(request, cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await foreach (var wire in JsonLines.ReadAsync(stream, EngineJson.Default.WireStats, cancel).ConfigureAwait(false))
        {
            yield return StatsMapping.Stats(wire);
        }
    }

    /// <summary>What a path in the container is, of one that was never started too: its mounts are looked into.</summary>
    /// <exception cref="EngineException">NotFound: there is nothing. Other: a mount of the container's has no source.</exception>
    public Task<PathStat> StatAsync(string id, string path, CancellationToken cancel = default) =>
        transport.HeadersAsync(
            new EngineRequest(HttpMethod.Head, $"/containers/{PathSegment.Of(id)}/archive", CallKind.Read) { Query = new Query().Add("path", path) },
            EngineHeaders.PathStat,
            cancel);

    /// <summary>Unpacks a tar into a directory that exists in the container.</summary>
    public Task PutArchiveAsync(string id, string path, Stream tar, CancellationToken cancel = default) =>
        transport.SendAsync(
            new EngineRequest(HttpMethod.Put, $"/containers/{PathSegment.Of(id)}/archive", CallKind.Stream)
            {
                Query = new Query().Add("path", path),
                Content = JsonBody.Tar(tar),
            },
            cancel);

    private static Query Seconds(TimeSpan grace) =>
        new Query().Add("t", ContainerSpecMapping.WholeSeconds(grace).ToString(CultureInfo.InvariantCulture));
}
