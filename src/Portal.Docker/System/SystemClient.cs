using System.Globalization;
using System.Runtime.CompilerServices;

namespace Portal.Docker;

/// <summary>The engine itself: is it there, what is it, what happens on it.</summary>
public sealed class SystemClient
{
    private readonly EngineTransport transport;

    internal SystemClient(EngineTransport transport) => this.transport = transport;

    public Task<EnginePing> PingAsync(CancellationToken cancel = default) => transport.HeadersAsync(
        EngineRequest.Get("/_ping") with { Versioned = false },
        response => new EnginePing(EngineHeaders.ApiVersion(response) ?? "", EngineHeaders.Get(response, "OSType")),
        cancel);

    public async Task<EngineVersion> VersionAsync(CancellationToken cancel = default)
    {
        var wire = await transport.ReadAsync(EngineRequest.Get("/version"), EngineJson.Default.WireVersion, cancel).ConfigureAwait(false);
        return new EngineVersion(
            wire.Version ?? "", wire.ApiVersion ?? "", wire.MinAPIVersion ?? "", wire.Os ?? "", wire.Arch ?? "", wire.KernelVersion ?? "");
    }

    public async Task<EngineInfo> InfoAsync(CancellationToken cancel = default)
    {
        var wire = await transport.ReadAsync(EngineRequest.Get("/info"), EngineJson.Default.WireInfo, cancel).ConfigureAwait(false);
        return SystemMapping.Info(wire);
    }

    /// <summary>Has the engine try credentials at the registry that their <see cref="RegistryCredentials.ServerAddress"/> names. It keeps nothing.</summary>
    /// <exception cref="EngineException">Refused: the registry does not take them (401, 403).</exception>
    /// <exception cref="FormatException">The address is not a registry's host.</exception>
    public async Task SignInAsync(RegistryCredentials credentials, CancellationToken cancel = default)
    {
        var nothing = ImageReference.Parse($"{credentials.ServerAddress}/portal/nothing:1");
        try
        {
            await transport.SendAsync(
                new EngineRequest(HttpMethod.Post, "/auth", CallKind.Slow) { Content = JsonBody.Of(RegistryCredentials.Wire(credentials), EngineJson.Default.WireCredentials) },
                cancel).ConfigureAwait(false);
        }
        catch (EngineException error) when (RegistryRefusal.MayBe(error))
        {
            throw await RegistryRefusal.ExplainAsync(transport, nothing, RegistryCredentials.Header(credentials), error, cancel).ConfigureAwait(false);
        }
    }

    public async Task<EngineDiskUsage> DiskUsageAsync(CancellationToken cancel = default)
    {
        var request = new EngineRequest(HttpMethod.Get, "/system/df", CallKind.Slow);
        var wire = await transport.ReadAsync(request, EngineJson.Default.WireDiskUsage, cancel).ConfigureAwait(false);
        return SystemMapping.DiskUsage(wire);
    }

    /// <summary>
    /// Events until cancelled; never ends by itself: when the engine closes the stream it throws Unavailable. The engine remembers
    /// only its last few hundred, so a reader that was away looks at everything anew rather than trusting <see cref="EventFilter.Since"/>.
    /// </summary>
    public async IAsyncEnumerable<EngineEvent> EventsAsync(
        EventFilter? filter = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        filter ??= new EventFilter();
        var query = new Query().Add("since", filter.Since is { } since ? UnixTime.Text(since) : null).Filters(
            new Dictionary<string, IReadOnlyList<string>> { ["label"] = filter.Labels, ["type"] = filter.Types, ["event"] = filter.Actions });
        var stream = await transport.OpenAsync(
            new EngineRequest(HttpMethod.Get, "/events", CallKind.Stream) { Query = query }, cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        filter.Connected?.Invoke();
        await foreach (var wire in JsonLines.ReadAsync(stream, EngineJson.Default.WireEvent, cancel).ConfigureAwait(false))
        {
            yield return SystemMapping.Event(wire);
        }

        throw new EngineException(new EngineError(EngineErrorKind.Unavailable, null, "The engine ended the stream of events."));
    }
}

internal static class UnixTime
{
    /// <summary>Seconds with a fraction, as the engine's since and until take them.</summary>
    public static string Text(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return string.Create(
            CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:D9}");
    }
}
