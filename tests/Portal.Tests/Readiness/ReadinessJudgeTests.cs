using System.Collections.Immutable;
using Portal.Compose;
using Portal.Model;
using Portal.Stacks.Readiness;
using Portal.Tests.Compose;

namespace Portal.Tests.Readiness;

public sealed class ReadinessJudgeTests
{
    private const string Bare = "services:\n  web:\n    image: shop/web\n";
    private static readonly ImageFacts ShellImage = new([], ["/bin/sh", "-c", "/app/run --fast"], null);
    private static readonly ImageFacts GoodImage = new(["/app/run"], [], "10001");

    [Fact]
    public void A_bare_service_lacks_all_eight_each_with_why_and_a_fix() =>
        Assert.All(ReadinessRule.All, rule =>
        {
            var finding = Assert.Single(Judge(Bare, ShellImage), finding => finding.Rule == rule);
            Assert.Equal("web", finding.Service);
            Assert.NotEmpty(finding.Seen);
            Assert.EndsWith(".", rule.Why, StringComparison.Ordinal);
            Assert.StartsWith("services:\n  web:\n    ", finding.Fix, StringComparison.Ordinal);
        });

    [Fact]
    public void All_the_fixes_together_leave_nothing_to_say()
    {
        var lines = Judge(Bare, ShellImage).Select(finding => finding.Fix["services:\n  web:\n".Length..]).ToList();
        // Two fixes write under one key: by hand one would put them together.
        lines.RemoveAll(fix => fix.Contains("deploy:", StringComparison.Ordinal));
        var text = $"services:\n  web:\n{string.Join('\n', lines)}\n    deploy: {{replicas: 2, resources: {{limits: {{memory: 256M}}}}}}\n";
        Assert.Empty(Judge(text, ShellImage));
    }

    [Theory]
    [InlineData("healthcheck: {test: [CMD, /ok]}", "health-check", false)]
    [InlineData("healthcheck: {disable: true}", "health-check", true)]
    [InlineData("labels: {portal.health: 'tcp:80'}", "health-check", false)]
    [InlineData("mem_limit: 64m", "memory-limit", false)]
    [InlineData("labels: {io.rancher.container.start_once: 'true'}", "replicas", false)]
    [InlineData("labels: {io.rancher.container.start_once: 'true'}", "restart", false)]
    [InlineData("labels: {io.rancher.container.start_once: 'true'}", "health-check", false)]
    [InlineData("volumes: ['data:/data']", "replicas", false)]
    [InlineData("volumes: ['data:/data:ro']", "replicas", true)]
    [InlineData("init: true", "shell", false)]
    [InlineData("command: /app/run", "shell", false)]
    [InlineData("command: [bash, -c, 'a; b']", "shell", true)]
    [InlineData("command: [bash, -c, 'cd /app && exec ./run']", "shell", false)]
    [InlineData("entrypoint: /app/run", "shell", false)]
    [InlineData("user: '0:10'", "root", true)]
    [InlineData("user: root", "root", true)]
    [InlineData("user: nobody", "root", false)]
    [InlineData("restart: 'no'", "restart", true)]
    [InlineData("restart: always", "restart", false)]
    [InlineData("logging: {driver: local}", "log-size", false)]
    [InlineData("logging: {driver: json-file, options: {max-file: '3'}}", "log-size", true)]
    [InlineData("logging: {options: {max-size: 1m}}", "log-size", false)]
    public void Each_rule_sees_what_the_text_says(string below, string rule, bool found) =>
        Assert.Equal(found, Judge(Bare + $"    {below}\nvolumes: {{data: {{}}}}\n", ShellImage).Any(finding => finding.Rule.Key == rule));

    [Theory]
    [InlineData("shop/web:latest", true)]
    [InlineData("registry.example:5000/shop/web", true)]
    [InlineData("registry.example:5000/shop/web:1", false)]
    [InlineData("shop/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void The_tag_that_counts_is_the_one_that_runs(string reference, bool found) =>
        Assert.Equal(found, ReadinessJudge.Judge(Reading.Accepted(Bare), new Dictionary<string, string> { ["web"] = reference }, Images(GoodImage), _ => 2).Any(finding => finding.Rule == ReadinessRule.LatestTag));

    [Fact]
    public void What_the_image_says_counts_where_the_text_is_silent()
    {
        Assert.DoesNotContain(Judge(Bare, GoodImage), finding => finding.Rule.NeedsImage);
        Assert.Equal(2, Judge(Bare, ShellImage).Count(finding => finding.Rule.NeedsImage));
        // And where it is not known, nothing is made up.
        Assert.DoesNotContain(Judge(Bare, null), finding => finding.Rule.NeedsImage);
    }

    [Fact]
    public void A_rule_that_blocks_and_could_not_be_judged_is_an_obstacle()
    {
        var report = new ReadinessReport([], [new UnknownImage("web", "nobody knows")], ["memory-limit", "root"]);
        Assert.Contains("root: web", Assert.Single(report.Obstacles), StringComparison.Ordinal);
    }

    private static ImmutableArray<ReadinessFinding> Judge(string text, ImageFacts? image) =>
        ReadinessJudge.Judge(Reading.Accepted(text), new Dictionary<string, string>(), Images(image), service => service.Replicas);

    private static Dictionary<string, ImageFacts> Images(ImageFacts? image) => image is null ? [] : new() { ["web"] = image };
}
