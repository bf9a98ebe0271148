namespace Portal.HAProxy;

public sealed partial class RuntimeClient
{
    /// <summary>Begins the lease of <see cref="GatewayReadiness"/> anew.</summary>
    public Task SetReadyAsync(CancellationToken cancellation = default) =>
        DoAsync($"set table {GatewayReadiness.Table} key {GatewayReadiness.Key} data.gpc0 1", cancellation);

    /// <summary>Ends it.</summary>
    public Task ClearReadyAsync(CancellationToken cancellation = default) =>
        DoAsync($"clear table {GatewayReadiness.Table} key {GatewayReadiness.Key}", cancellation);
}
