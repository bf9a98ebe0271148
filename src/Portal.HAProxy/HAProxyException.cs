namespace Portal.HAProxy;

public enum HAProxyFault
{
    /// <summary>No process answers, or none is there.</summary>
    NotRunning,

    /// <summary>The socket took the command and gave no whole answer in time.</summary>
    Timeout,

    /// <summary>Something answered that is not HAProxy's runtime interface.</summary>
    Garbled,

    /// <summary>HAProxy said no; the message is HAProxy's.</summary>
    Refused,

    /// <summary>The configuration does not pass HAProxy's check; the message is HAProxy's. Nothing was changed.</summary>
    BadConfig,

    /// <summary>An address to listen on is taken by somebody else. Nothing was changed.</summary>
    AddressInUse,

    /// <summary>The new worker did not start; the former one serves on.</summary>
    ReloadFailed,

    /// <summary>A change was acknowledged, but reading it back shows something else.</summary>
    NotApplied,
}

public sealed class HAProxyException(HAProxyFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public HAProxyFault Fault { get; } = fault;
}
