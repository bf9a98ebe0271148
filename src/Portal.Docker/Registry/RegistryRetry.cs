namespace Portal.Docker;

/// <summary>Asks again where that can help: with growing, spread delays, and not sooner than the registry wants.</summary>
internal sealed class RegistryRetry(RegistryClientOptions options)
{
    public async Task<T> RunAsync<T>(string host, Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var whole = new CallLimit(options.Time, options.Limit, cancel);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan delay;
            try
            {
                return await AttemptAsync(host, ask, whole.Token, cancel).ConfigureAwait(false);
            }
            catch (RegistryException error) when (!whole.Token.IsCancellationRequested && DelayAfter(error.Error, attempt) is { } wait)
            {
                delay = wait;
            }

            try
            {
                await Task.Delay(delay, options.Time, whole.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
            {
                throw RegistryFaults.FromTransport(error, host, timedOut: true);
            }
        }
    }

    /// <returns>Null: it is over.</returns>
    internal TimeSpan? DelayAfter(RegistryError error, int attempt)
    {
        if (!error.IsTransient || attempt >= options.Attempts || error.RetryAfter > options.LongestDelay)
        {
            return null;
        }

        var backoff = options.FirstDelay * (1L << (attempt - 1)) * (0.5 + (Random.Shared.NextDouble() / 2));
        return TimeSpan.FromTicks(Math.Max(Math.Min(backoff.Ticks, options.LongestDelay.Ticks), (error.RetryAfter ?? TimeSpan.Zero).Ticks));
    }

    private async Task<T> AttemptAsync<T>(string host, Func<CancellationToken, Task<T>> ask, CancellationToken whole, CancellationToken caller)
    {
        using var limit = new CallLimit(options.Time, options.AttemptTimeout, whole);
        try
        {
            return await ask(limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !caller.IsCancellationRequested))
        {
            throw RegistryFaults.FromTransport(error, host, limit.Token.IsCancellationRequested);
        }
    }
}
