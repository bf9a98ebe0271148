using Microsoft.Extensions.Configuration;
using Portal.Gateway;

namespace Portal.Tests.Certificates;

public sealed class GatewayOptionsTests
{
    [Theory]
    [InlineData("", "", null)]
    [InlineData("0.0.0.0:443, [::]:443", "8443", null)]
    [InlineData("0.0.0.0", "", "ListenHttps has '0.0.0.0'")]
    [InlineData("portal:443", "", "ListenHttps has 'portal:443'")]
    [InlineData("127.0.0.1:8000", "", "takes either HTTP or HTTPS")]
    [InlineData("127.0.0.1:8443", "0", "PublicHttpsPort is 0")]
    public void Where_HTTPS_is_taken_is_checked_before_the_start(string listen, string port, string? problem)
    {
        var settings = new Dictionary<string, string?> { ["ListenHttps"] = listen, ["PublicHttpsPort"] = port };
        var options = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Get<GatewayOptions>()!;

        var result = new GatewayOptionsValidator().Validate(null, options);

        Assert.True(problem is null ? result.Succeeded : result.FailureMessage?.Contains(problem, StringComparison.Ordinal) == true, result.FailureMessage);
    }
}
