using System.Runtime.CompilerServices;
using Portal.Docker;

namespace Portal.Registries.Lookup;

/// <summary>How each engine was told to reach registries, asked once in a while.</summary>
public sealed class EngineRegistryBook
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(3);

    private readonly ConditionalWeakTable<EngineClient, Known> known = [];
    private readonly Coalescer<EngineClient, EngineInfo> questions;
    private readonly TimeProvider clock;

    public EngineRegistryBook(TimeProvider clock)
    {
        this.clock = clock;
        questions = new Coalescer<EngineClient, EngineInfo>(AskAsync);
    }

    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<EngineRegistries> OfAsync(EngineClient engine, CancellationToken cancellationToken) => (await InfoAsync(engine, cancellationToken)).Registries;

    /// <returns>In Go's words, as images have it: <c>amd64</c>.</returns>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<string> ArchitectureAsync(EngineClient engine, CancellationToken cancellationToken) => (await InfoAsync(engine, cancellationToken)).Architecture switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        var other => other,
    };

    /// <returns>Where on its host the engine keeps images.</returns>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<string> RootAsync(EngineClient engine, CancellationToken cancellationToken) => (await InfoAsync(engine, cancellationToken)).RootDirectory;

    private async Task<EngineInfo> InfoAsync(EngineClient engine, CancellationToken cancellationToken) =>
        known.TryGetValue(engine, out var found) && clock.GetElapsedTime(found.At) < GoodFor ? found.Info : await questions.AskAsync(engine, cancellationToken);

    private async Task<EngineInfo> AskAsync(EngineClient engine, CancellationToken cancellationToken)
    {
        var info = await engine.System.InfoAsync(cancellationToken);
        known.AddOrUpdate(engine, new Known(info, clock.GetTimestamp()));
        return info;
    }

    private sealed record Known(EngineInfo Info, long At);
}
