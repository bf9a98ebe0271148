namespace Portal.Docker;

/// <summary>
/// TLS to an engine, as PEM text. <paramref name="CaPem"/> is the only authority trusted when given, otherwise the machine's;
/// certificate and key together make it mutual.
/// </summary>
public sealed record EngineTls(string? CaPem, string? CertificatePem, string? KeyPem)
{
    public bool IsMutual => CertificatePem is not null && KeyPem is not null;

    public override string ToString() => IsMutual ? "mutual TLS" : "TLS";
}
