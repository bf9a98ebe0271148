using Portal.Docker;

namespace Portal.Tests.Docker;

public sealed class EngineEndpointTests
{
    private static readonly EngineTls Tls = new("ca", "certificate", "the key");

    [Theory]
    [InlineData("unix:///var/run/docker.sock", "unix:///var/run/docker.sock")]
    [InlineData("tcp://engine.example:2375", "tcp://engine.example:2375")]
    [InlineData("tcp://engine.example", "tcp://engine.example:2375")]
    [InlineData("tcp://10.1.2.3:4000/", "tcp://10.1.2.3:4000")]
    public void An_address_is_understood(string text, string shown) => Assert.Equal(shown, EngineEndpoint.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("unix://var/run/docker.sock")]
    [InlineData("unix:///")]
    [InlineData("http://engine.example:2375")]
    [InlineData("ssh://engine.example")]
    [InlineData("tcp://user:secret@engine.example:2375")]
    [InlineData("tcp://engine.example:2375/path")]
    [InlineData("tcp://engine.example:2375?x=1")]
    public void Another_address_is_refused_with_the_reason(string? text)
    {
        Assert.False(EngineEndpoint.TryParse(text, null, out _, out var problem));
        Assert.EndsWith(".", problem);
        Assert.DoesNotContain("secret", problem);
    }

    [Fact]
    public void With_tls_the_port_is_the_one_for_tls() =>
        Assert.Equal("tcp://engine.example:2376 (mutual TLS)", EngineEndpoint.Parse("tcp://engine.example", Tls).ToString());

    [Fact]
    public void A_socket_has_no_tls() => Assert.Throws<FormatException>(() => EngineEndpoint.Parse("unix:///run/docker.sock", Tls));

    [Fact]
    public void A_certificate_without_its_key_is_refused() =>
        Assert.Throws<FormatException>(() => EngineEndpoint.Parse("tcp://engine.example", new EngineTls("ca", "certificate", null)));

    [Fact]
    public void Nothing_shows_the_key()
    {
        var endpoint = EngineEndpoint.Parse("tcp://engine.example", Tls);

        Assert.DoesNotContain("the key", $"{endpoint} {Tls}");
    }

    [Fact]
    public void Credentials_never_show_the_password() =>
        Assert.DoesNotContain("hunter2", new RegistryCredentials("ci", "hunter2", "registry.example").ToString());

    [Fact]
    public void Material_that_is_not_pem_is_refused_and_not_shown()
    {
        var endpoint = EngineEndpoint.Parse("tcp://engine.example", Tls);

        var error = Assert.Throws<EngineException>(() => new EngineClient(endpoint));

        Assert.Equal(EngineErrorKind.Refused, error.Kind);
        Assert.DoesNotContain("the key", error.Message);
    }
}
