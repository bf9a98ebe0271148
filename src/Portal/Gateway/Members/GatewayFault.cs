using Portal.HAProxy;

namespace Portal.Gateway.Members;

/// <summary>Tells a gateway that is not there, or does not answer, from one that answers and cannot do what it should.</summary>
internal static class GatewayFault
{
    public static bool IsAway(Exception? error) =>
        error is OperationCanceledException or TimeoutException or HAProxyException { Fault: HAProxyFault.NotRunning or HAProxyFault.Timeout };

    public static string Words(Exception error) => error switch
    {
        OperationCanceledException or TimeoutException => "it did not do it in time",
        IOException or UnauthorizedAccessException => $"its files cannot be written: {error.Message}",
        _ => error.Message,
    };
}
