namespace Portal.HAProxy;

public sealed partial class RuntimeClient
{
    /// <summary>Begins the lease of <see cref="Readiness"/> anew.</summary>
    public Task SetReadyAsync(CancellationToken cancellation = default) =>
        DoAsync($"set table {Readiness.Table} key {Readiness.Key} data.gpc0 1", cancellation);

    /// <summary>Ends it.</summary>
    public Task ClearReadyAsync(CancellationToken cancellation = default) =>
        DoAsync($"clear table {Readiness.Table} key {Readiness.Key}", cancellation);
}
