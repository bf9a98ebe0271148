using System.Runtime.CompilerServices;
using Portal.Docker;

namespace Portal.Registries.Lookup;

/// <summary>How each engine was told to reach registries, asked once in a while.</summary>
public sealed class EngineRegistryBook
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(3);

    private readonly ConditionalWeakTable<EngineClient, Known> known = [];
    private readonly Coalescer<EngineClient, EngineRegistries> questions;
    private readonly TimeProvider clock;

    public EngineRegistryBook(TimeProvider clock)
    {
        this.clock = clock;
        questions = new Coalescer<EngineClient, EngineRegistries>(AskAsync);
    }

    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<EngineRegistries> OfAsync(EngineClient engine, CancellationToken cancellationToken) =>
        known.TryGetValue(engine, out var found) && clock.GetElapsedTime(found.At) < GoodFor ? found.Registries : await questions.AskAsync(engine, cancellationToken);

    private async Task<EngineRegistries> AskAsync(EngineClient engine, CancellationToken cancellationToken)
    {
        var info = await engine.System.InfoAsync(cancellationToken);
        known.AddOrUpdate(engine, new Known(info.Registries, clock.GetTimestamp()));
        return info.Registries;
    }

    private sealed record Known(EngineRegistries Registries, long At);
}
