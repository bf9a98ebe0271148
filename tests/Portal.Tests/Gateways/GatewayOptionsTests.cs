using Portal.Gateway;

namespace Portal.Tests.Gateways;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Several_gateways_whose_settings_are_whole_are_taken() => Assert.Empty(Problems(_ => { }));

    [Theory]
    [InlineData("Portal:Gateway:Health is missing")]
    [InlineData("Portal:Gateway:Others:0:Name is 'Edge 2'")]
    [InlineData("Portal:Gateway:Others:0:Folder is 'edge-2'")]
    [InlineData("Portal:Gateway:Others:0:Admin is '10.0.0.2'")]
    [InlineData("Portal:Gateway:Others:0:Master is ''")]
    [InlineData("Portal:Gateway:Others:0:AdminListen is '/with blank'")]
    [InlineData("Portal:Gateway:Others:0:Health is '0.0.0.0:80'")]
    [InlineData("Portal:Gateway:Others:0:ListenHttps is set")]
    [InlineData("Portal:Gateway:Others:0:Listen has 'everywhere'")]
    [InlineData("Two gateways have the name 'edge-1'")]
    [InlineData("Two gateways have the runtime API '10.0.0.2:9001'")]
    public void What_is_wrong_is_named_by_setting(string sentence) => Assert.Contains(Problems(options => Spoil(options, sentence)), problem => problem.StartsWith(sentence, StringComparison.Ordinal));

    private static void Spoil(GatewayOptions options, string sentence)
    {
        var other = options.Others[0];
        Action spoil = sentence switch
        {
            "Portal:Gateway:Health is missing" => () => options.Health = "",
            "Portal:Gateway:Others:0:Name is 'Edge 2'" => () => other.Name = "Edge 2",
            "Portal:Gateway:Others:0:Folder is 'edge-2'" => () => other.Folder = "edge-2",
            "Portal:Gateway:Others:0:Admin is '10.0.0.2'" => () => other.Admin = "10.0.0.2",
            "Portal:Gateway:Others:0:Master is ''" => () => other.Master = "",
            "Portal:Gateway:Others:0:AdminListen is '/with blank'" => () => other.AdminListen = "/with blank",
            "Portal:Gateway:Others:0:Health is '0.0.0.0:80'" => () => other.Health = "0.0.0.0:80",
            "Portal:Gateway:Others:0:ListenHttps is set" => () => other.ListenHttps = "0.0.0.0:443",
            "Portal:Gateway:Others:0:Listen has 'everywhere'" => () => other.Listen = "everywhere",
            "Two gateways have the name 'edge-1'" => () => other.Name = "edge-1",
            _ => () => other.Master = other.Admin,
        };
        spoil();
    }

    private static IEnumerable<string> Problems(Action<GatewayOptions> spoil)
    {
        var options = new GatewayOptions { Name = "edge-1", Listen = "0.0.0.0:80", Health = "127.0.0.1:8404" };
        options.Others.Add(new OtherGateway { Name = "edge-2", Folder = "/srv/edge-2", Admin = "10.0.0.2:9001", Master = "10.0.0.2:9002", Health = "127.0.0.1:8404" });
        spoil(options);
        return new GatewayOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
