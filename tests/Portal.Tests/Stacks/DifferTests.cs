using System.Collections.Immutable;
using Portal.Compose;
using Portal.Model;
using Portal.Stacks;
using Portal.Stacks.Differences;

namespace Portal.Tests.Stacks;

public sealed class DifferTests
{
    private const string Questions = """
        catalog:
          questions:
            - {variable: LEVEL, label: Level, type: string}
            - {variable: TOKEN, label: Token, type: password}
        """;

    private const string Text = """
        services:
          web:
            image: acme/web:1
            environment:
              LEVEL: ${LEVEL}
              URL: "https://user:${TOKEN}@there"
            volumes: ["data:/data"]
            configs: [{source: nginx, target: /etc/nginx.conf}]
        volumes: {data: {}}
        configs: {nginx: {content: "a"}}
        """;

    [Fact]
    public void Variables_mounts_and_digests_are_told_one_by_one()
    {
        var difference = Between(
            Snapshot(Text, "sha256:aa", ("LEVEL", "info"), ("TOKEN", "s3cret-one")),
            Snapshot(Text.Replace("data:/data", "data:/data:ro\", \"more:/more", StringComparison.Ordinal).Replace("volumes: {data: {}}", "volumes: {data: {}, more: {}}", StringComparison.Ordinal), "sha256:bb", ("LEVEL", "debug"), ("TOKEN", "s3cret-one")));

        var fields = Assert.Single(difference.Services).Fields.ToDictionary(field => field.Field);
        Assert.Equal(("info", "debug"), (fields["environment.LEVEL"].Before, fields["environment.LEVEL"].After));
        Assert.Contains("read_only true", fields["mounts./data"].After, StringComparison.Ordinal);
        Assert.Null(fields["mounts./more"].Before);
        Assert.Equal(["environment.LEVEL", "mounts./data", "mounts./more"], fields.Keys.Order());
        Assert.Equal("sha256:bb", Assert.Single(difference.Images).After!.Digest);
        Assert.Equal(new FieldDifference("LEVEL", "info", "debug"), Assert.Single(difference.Answers));
    }

    [Fact]
    public void What_was_answered_in_confidence_is_told_nowhere()
    {
        var difference = Between(Snapshot(Text, "sha256:aa", ("LEVEL", "info"), ("TOKEN", "s3cret-one")), Snapshot(Text, "sha256:aa", ("LEVEL", "info"), ("TOKEN", "other-secret")));

        var all = System.Text.Json.JsonSerializer.Serialize(new { difference.Services, difference.Answers });
        Assert.DoesNotContain("s3cret-one", all, StringComparison.Ordinal);
        Assert.DoesNotContain("other-secret", all, StringComparison.Ordinal);
        Assert.Equal("environment.URL", Assert.Single(Assert.Single(difference.Services).Fields).Field);
        Assert.Equal("TOKEN", Assert.Single(difference.Answers).Field);
    }

    [Fact]
    public void An_answer_that_no_question_says_is_harmless_is_hidden()
    {
        var difference = Between(Snapshot(Text, "sha256:aa", null, ("LEVEL", "info-one"), ("TOKEN", "x")), Snapshot(Text, "sha256:aa", null, ("LEVEL", "info-two"), ("TOKEN", "x")));

        Assert.DoesNotContain("info-", System.Text.Json.JsonSerializer.Serialize(new { difference.Services, difference.Answers }), StringComparison.Ordinal);
        Assert.Single(difference.Answers);
    }

    [Fact]
    public void Another_content_of_a_config_shows()
    {
        var difference = Between(
            Snapshot(Text, "sha256:aa", ("LEVEL", "info"), ("TOKEN", "x")),
            Snapshot(Text.Replace("content: \"a\"", "content: \"b\"", StringComparison.Ordinal), "sha256:aa", ("LEVEL", "info"), ("TOKEN", "x")));

        Assert.Equal("configs./etc/nginx.conf", Assert.Single(Assert.Single(difference.Services).Fields).Field);
    }

    [Fact]
    public void The_same_again_is_nothing()
    {
        var same = Snapshot(Text, "sha256:aa", ("LEVEL", "info"), ("TOKEN", "x"));

        Assert.True(Between(same, same).Nothing);
    }

    [Fact]
    public void What_differs_for_a_container_differs_here()
    {
        // Whatever changes the fingerprint of a service must be told: otherwise containers are replaced and nobody is told why.
        string[] changes =
        [
            "user: \"7\"", "hostname: h", "command: [a, b]", "entrypoint: [x]", "working_dir: /w", "init: true", "tty: true", "read_only: true", "stop_signal: SIGINT", "stop_grace_period: 3s",
            "tmpfs: [/t]", "dns: [1.1.1.1]", "extra_hosts: [\"a:1.2.3.4\"]", "cap_drop: [ALL]", "sysctls: {net.core.somaxconn: 1}", "ulimits: {nofile: 5}", "labels: {a: b}", "healthcheck: {test: [CMD, x]}",
            "expose: [\"1\"]", "mem_limit: 10m", "cpus: 0.5", "pids_limit: 5", "restart: always", "shm_size: 1m", "logging: {driver: json-file, options: {max-size: 1m}}", "group_add: [\"1\"]",
        ];
        const string Plain = "services:\n  web:\n    image: acme/web:1\n";
        foreach (var change in changes)
        {
            var (before, after) = (Snapshot(Plain, "sha256:aa"), Snapshot($"{Plain}    {change}\n", "sha256:aa"));
            Assert.True(before.Rendered!.Fingerprint() != after.Rendered!.Fingerprint(), $"{change} leaves the fingerprint as it is");
            Assert.False(Between(before, after).Services.IsEmpty, $"{change} is not told");
        }
    }

    private static RevisionDifference Between(Snapshot before, Snapshot after) => Differ.Between(before, after);

    private static Snapshot Snapshot(string compose, string digest, params (string Name, string Value)[] answers) => Snapshot(compose, digest, Questions, answers);

    private static Snapshot Snapshot(string compose, string digest, string? rancher, params (string Name, string Value)[] answers)
    {
        var definition = new StackDefinition(compose, rancher, answers.ToImmutableSortedDictionary(answer => answer.Name, answer => answer.Value, StringComparer.Ordinal));
        var read = definition.Read(StackPolicy.Default);
        Assert.True(read.Stack is not null && read.Verdict == Verdict.Accepted, string.Join('\n', read.Findings));
        var images = read.Stack.Services.ToImmutableSortedDictionary(service => service.Name, service => new ImageChoice(service.Image, digest), StringComparer.Ordinal);
        var none = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
        return new Snapshot(definition, images, none, new RenderedStack(read.Stack, images, none, "", none), null);
    }
}
