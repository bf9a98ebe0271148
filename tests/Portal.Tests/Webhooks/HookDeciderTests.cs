using Portal.Docker;
using Portal.Model;
using Portal.Webhooks.Intake;

namespace Portal.Tests.Webhooks;

public sealed class HookDeciderTests
{
    private static readonly Dictionary<string, string> Images = new()
    {
        ["web"] = "registry.example:5000/acme/web:1",
        ["worker"] = "registry.example:5000/acme/web:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ["db"] = "postgres:15",
        ["cache"] = "redis",
    };

    [Fact]
    public void Every_service_of_the_repository_gets_the_tag()
    {
        var deploy = Assert.IsType<HookVerdict.Deploy>(Decide(DeployTarget.Standby, "registry.example:5000/acme/web", "2"));
        Assert.Equal(["web", "worker"], deploy.Images.Keys);
        Assert.All(deploy.Images.Values, image => Assert.Equal("registry.example:5000/acme/web:2", image));
        Assert.Equal(DeployTarget.Standby, deploy.Target);
    }

    [Fact]
    public void A_webhook_for_some_services_leaves_the_others_as_they_are()
    {
        var deploy = Assert.IsType<HookVerdict.Deploy>(Filtered("2", new HookFilter(["worker", "db"], null)));
        Assert.Equal(["worker"], deploy.Images.Keys);
        Assert.Contains("None of db", Assert.IsType<HookVerdict.Ignore>(Filtered("2", new HookFilter(["db"], null))).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.*", "1.4.2", true)]
    [InlineData("1.*", "2.0.0", false)]
    [InlineData("release-?", "release-7", true)]
    [InlineData("release-?", "release-77", false)]
    [InlineData("v1", "V1", false)]
    [InlineData("*", "anything", true)]
    public void A_webhook_for_some_tags_ignores_the_others(string tags, string tag, bool taken) =>
        Assert.Equal(taken, Filtered(tag, new HookFilter([], tags)) is HookVerdict.Deploy);

    private static HookVerdict Filtered(string tag, HookFilter filter) =>
        HookDecider.Decide(DeployTarget.Standby, new HookPayload(PayloadForm.Generic, ImageReference.Parse("registry.example:5000/acme/web"), tag), Images, filter);

    [Theory]
    [InlineData("registry.example:5000/acme/other")]
    [InlineData("registry.example/acme/web")]
    [InlineData("elsewhere.example/acme/web")]
    [InlineData("acme/web")]
    [InlineData("registry.example:5000/acme/web/evil")]
    public void What_the_stack_does_not_name_is_ignored(string image) =>
        Assert.Contains("No service", Assert.IsType<HookVerdict.Ignore>(Decide(DeployTarget.Both, image, "2")).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("postgres", "db", "postgres:16")]
    [InlineData("docker.io/library/postgres", "db", "postgres:16")]
    [InlineData("redis", "cache", "redis:16")]
    public void Two_spellings_of_one_image_are_equal(string image, string service, string wanted) =>
        Assert.Equal(wanted, Assert.IsType<HookVerdict.Deploy>(Decide(DeployTarget.Standby, image, "16")).Images[service]);

    [Theory]
    [InlineData("acme/web", true)]
    [InlineData("library/postgres", true)]
    [InlineData("postgres", true)]
    [InlineData("acme/webs", false)]
    [InlineData("web", false)]
    public void Docker_hubs_name_is_matched_by_its_path(string repository, bool deploys)
    {
        var verdict = HookDecider.Decide(DeployTarget.Standby, new HookPayload(PayloadForm.DockerHub, ImageReference.Parse(repository), "2"), Images);
        Assert.Equal(deploys, verdict is HookVerdict.Deploy);
    }

    [Theory]
    [InlineData(DeployTarget.Standby, null, DeployTarget.Standby)]
    [InlineData(DeployTarget.Live, null, DeployTarget.Live)]
    [InlineData(DeployTarget.Standby, DeployTarget.Standby, DeployTarget.Standby)]
    [InlineData(DeployTarget.Both, DeployTarget.Live, DeployTarget.Live)]
    [InlineData(DeployTarget.Both, DeployTarget.Standby, DeployTarget.Standby)]
    [InlineData(DeployTarget.Both, DeployTarget.Green, DeployTarget.Green)]
    [InlineData(DeployTarget.Standby, DeployTarget.Live, null)]
    [InlineData(DeployTarget.Standby, DeployTarget.Both, null)]
    [InlineData(DeployTarget.Standby, DeployTarget.Green, null)]
    [InlineData(DeployTarget.Live, DeployTarget.Both, null)]
    [InlineData(DeployTarget.Live, DeployTarget.Standby, null)]
    [InlineData(DeployTarget.Blue, DeployTarget.Green, null)]
    [InlineData(DeployTarget.Blue, DeployTarget.Both, null)]
    public void A_body_may_only_narrow(DeployTarget hook, DeployTarget? body, DeployTarget? wanted)
    {
        var payload = new HookPayload(PayloadForm.Generic, ImageReference.Parse("postgres"), "2") { Target = body };
        var verdict = HookDecider.Decide(hook, payload, Images);
        if (wanted is { } target)
        {
            Assert.Equal(target, Assert.IsType<HookVerdict.Deploy>(verdict).Target);
        }
        else
        {
            Assert.Equal("target", Assert.IsType<HookVerdict.Invalid>(verdict).Field);
        }
    }

    private static HookVerdict Decide(DeployTarget target, string image, string tag) =>
        HookDecider.Decide(target, new HookPayload(PayloadForm.Generic, ImageReference.Parse(image), tag), Images);
}
