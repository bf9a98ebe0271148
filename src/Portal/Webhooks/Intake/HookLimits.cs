using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Portal.Webhooks.Intake;

/// <summary>Token buckets of this process. A bucket that is full again is forgotten, so made-up addresses and ids do not add up.</summary>
public sealed class HookLimits : IDisposable
{
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<string> sources;
    private readonly PartitionedRateLimiter<Guid> hooks;
    private readonly PartitionedRateLimiter<Guid> refusals;

    public HookLimits(IOptions<WebhookOptions> options)
    {
        sources = Buckets<string>(options.Value.PerSource);
        hooks = Buckets<Guid>(options.Value.PerHook);
        refusals = Buckets<Guid>(options.Value.KeptRefusals);
    }

    /// <returns>Null: go on. Otherwise how long to wait.</returns>
    public TimeSpan? TakeSource(string source) => Take(sources, source);

    /// <inheritdoc cref="TakeSource"/>
    public TimeSpan? TakeHook(Guid hook) => Take(hooks, hook);

    public bool MayKeepRefusal(Guid hook) => Take(refusals, hook) is null;

    public void Dispose()
    {
        sources.Dispose();
        hooks.Dispose();
        refusals.Dispose();
    }

    private static TimeSpan? Take<T>(PartitionedRateLimiter<T> limiter, T key)
    {
        using var lease = limiter.AttemptAcquire(key);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > AtLeast ? wait
            : AtLeast;
    }

    private static PartitionedRateLimiter<T> Buckets<T>(RateOptions rate)
        where T : notnull => PartitionedRateLimiter.Create<T, T>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate.Burst,
            // Ten times a second where that gives whole tokens, so that a steady caller does not wait for a second's edge.
            TokensPerPeriod = Math.Max(1, rate.PerSecond / 10),
            ReplenishmentPeriod = rate.PerSecond >= 10 ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1.0 / rate.PerSecond),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));
}
