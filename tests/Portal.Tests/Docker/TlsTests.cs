using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class TlsTests
{
    [Fact]
    public async Task With_mutual_tls_only_the_right_certificates_get_in()
    {
        await using var engine = await EngineLab.StartAsync(
            LabFixture.UndoLog, "tls", new EngineLabOptions { Network = await LabFixture.Network, MutualTls = true });
        var right = engine.Certificates!.Client;
        var stranger = LabCertificates.Create([engine.Address], [], TimeProvider.System.GetUtcNow()).Client;

        Assert.Equal("tls", await NameAsync(right));
        await RefusedAsync(right with { CertificatePem = null, KeyPem = null });
        await RefusedAsync(stranger with { CaPem = right.CaPem });
        await RefusedAsync(right with { CaPem = stranger.CaPem });
        await RefusedAsync(right with { CaPem = null });
        await RefusedAsync(null);

        async Task<string> NameAsync(EngineTls? tls)
        {
            using var client = new EngineClient(engine.TcpEndpoint! with { Tls = tls });
            return (await client.System.InfoAsync()).Name;
        }

        Task RefusedAsync(EngineTls? tls) => FailsAsync(EngineErrorKind.Refused, () => NameAsync(tls));
    }
}
