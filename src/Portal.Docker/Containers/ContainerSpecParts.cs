using System.Globalization;

namespace Portal.Docker;

/// <summary>A port inside a container, as <c>80/tcp</c>.</summary>
public readonly record struct ContainerPort(int Number, string Protocol = "tcp")
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Protocol}");

    /// <exception cref="FormatException">Not a number from 1 to 65535 with tcp, udp or sctp.</exception>
    public static ContainerPort Parse(string text) => TryParse(text, out var port) ? port : throw new FormatException($"'{text}' is not a port.");

    public static bool TryParse(string text, out ContainerPort port)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..];
        var valid = int.TryParse(slash < 0 ? text : text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and <= 65535
            && protocol is "tcp" or "udp" or "sctp";
        port = valid ? new ContainerPort(number, protocol) : default;
        return valid;
    }
}

/// <param name="HostIp">Empty is all addresses of the host.</param>
/// <param name="HostPort">0 lets the engine choose a free one.</param>
public sealed record PortBinding(ContainerPort Port, int HostPort = 0, string HostIp = "");

/// <summary>A probe that the engine runs inside the container. Null parts are inherited from the image.</summary>
/// <param name="Test"><c>["NONE"]</c> turns the image's check off; otherwise begins with <c>CMD</c> or <c>CMD-SHELL</c>.</param>
public sealed record HealthcheckSpec(
    IReadOnlyList<string>? Test, TimeSpan? Interval = null, TimeSpan? Timeout = null, TimeSpan? StartPeriod = null, int? Retries = null)
{
    public static readonly HealthcheckSpec None = new(["NONE"]);
}

public enum MountKind { Volume, Bind, Tmpfs, Other }

/// <param name="Source">Volume name (null for an anonymous one) or host path; null for tmpfs.</param>
/// <param name="NoCopy">Do not fill an empty volume from the image.</param>
/// <param name="TmpfsSize">Bytes.</param>
/// <param name="TmpfsMode">Permission bits, as the number they are (0o755 is 493).</param>
public sealed record MountSpec(
    MountKind Kind,
    string? Source,
    string Target,
    bool ReadOnly = false,
    string? Propagation = null,
    bool NoCopy = false,
    long? TmpfsSize = null,
    int? TmpfsMode = null);

/// <param name="Aliases">Further names by which others on the network find this container.</param>
/// <param name="Ipv4Address">A fixed address; only on networks with a subnet of their own.</param>
public sealed record NetworkAttachmentSpec(IReadOnlyList<string>? Aliases = null, string? Ipv4Address = null, string? Ipv6Address = null);

public enum RestartKind { No, OnFailure, Always, UnlessStopped }

/// <param name="MaximumRetries">For <see cref="RestartKind.OnFailure"/>; 0 is no limit.</param>
public sealed record RestartPolicy(RestartKind Kind, int MaximumRetries = 0);

public sealed record Ulimit(string Name, long Soft, long Hard);

public sealed record LogConfig(string Driver, IReadOnlyDictionary<string, string>? Options = null);

/// <param name="Permissions">Of read, write, mknod: <c>rwm</c>.</param>
public sealed record DeviceMapping(string HostPath, string ContainerPath, string Permissions = "rwm");
