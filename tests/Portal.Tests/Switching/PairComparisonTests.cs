using System.Collections.Immutable;
using Portal.Compose;
using Portal.Deployments;
using Portal.Model;
using Portal.Stacks;
using Portal.Stacks.Differences;
using Portal.Switching.Parity;

namespace Portal.Tests.Switching;

public sealed class PairComparisonTests
{
    private const string Text = """
        services:
          web:
            image: acme/web:1
            environment: {LEVEL: info, API_TOKEN: one-and-only}
            secrets: [db]
            volumes: ["data:/data"]
        volumes: {data: {}}
        secrets: {db: {external: true}}
        """;

    private static readonly ComparedCluster Cluster = new("lab", "20.10.24", "6.1");

    [Fact]
    public void Two_sides_that_run_the_same_are_wholly_alike()
    {
        var pair = Compare(Made(3, Text), Made(3, Text));

        Assert.Equal((100, 10, 10), (pair.Percent, pair.Equal, pair.Compared));
        Assert.Empty(pair.Moved);
        Assert.True(Assert.Single(pair.Stacks).Alike);
    }

    [Fact]
    public void Nothing_on_either_side_is_a_hundred_percent_of_nothing()
    {
        var pair = PairComparison.Of(Colour.Blue, Cluster, Cluster with { Engine = "24.0" }, [new ComparedStack("shop", new ComparedSide(null, null), new ComparedSide(null, null), [], null)]);

        Assert.Equal((100, 0), (pair.Percent, pair.Compared));
        Assert.True(Assert.Single(pair.Stacks).Nowhere);
    }

    [Fact]
    public void What_differs_is_told_service_by_service_and_counted_once_each()
    {
        var after = Text.Replace("LEVEL: info", "LEVEL: debug, MORE: x", StringComparison.Ordinal).Replace("data:/data", "data:/data:ro", StringComparison.Ordinal);

        var pair = Compare(Made(3, Text, secret: 1), Made(4, after, secret: 2, digest: "sha256:bb"), seen: one => one with { Wanted = 3 });

        var service = Assert.Single(Assert.Single(pair.Stacks).Services);
        Assert.Equal(
            [PairFactKind.Revision, PairFactKind.Image, PairFactKind.Wanted, PairFactKind.Health, PairFactKind.Variables, PairFactKind.Secrets, PairFactKind.Settings],
            service.Facts.Where(fact => !fact.Equal).Select(fact => fact.Kind));
        Assert.Equal([new PairDetail("LEVEL", "info", "debug"), new PairDetail("MORE", null, "x")], Of(service, PairFactKind.Variables).Details.AsEnumerable());
        Assert.Equal([new PairDetail("db", "version 1", "version 2")], Of(service, PairFactKind.Secrets).Details.AsEnumerable());
        Assert.Equal("mounts./data", Assert.Single(Of(service, PairFactKind.Settings).Details).Name);
        Assert.Equal((3, 10, 30), (pair.Equal, pair.Compared, pair.Percent));
        Assert.Single(pair.Moved);
    }

    [Fact]
    public void A_variable_whose_name_tells_is_masked()
    {
        var pair = Compare(Made(3, Text), Made(4, Text.Replace("one-and-only", "another-one", StringComparison.Ordinal)));

        var variables = Of(pair.Stacks[0].Services[0], PairFactKind.Variables);
        Assert.False(variables.Equal);
        Assert.Equal("API_TOKEN", Assert.Single(variables.Details).Name);
        Assert.DoesNotContain("one", $"{variables.Details[0].Live} {variables.Details[0].Standby}", StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_digest_under_another_tag_is_the_same_image()
    {
        var pair = Compare(Made(3, Text), Made(3, Text), seen: one => one with { Image = new ImageChoice("acme/web:stable", "sha256:aa") });

        Assert.True(Of(pair.Stacks[0].Services[0], PairFactKind.Image).Equal);
    }

    [Fact]
    public void A_service_on_one_side_alone_differs_in_everything()
    {
        var live = Made(3, Text);
        var pair = PairComparison.Of(Colour.Green, Cluster, Cluster, [new ComparedStack("shop", live.Side, new ComparedSide(null, null), [new ServiceView("web", true, null, live.Service)], null)]);

        var service = Assert.Single(Assert.Single(pair.Stacks).Services);
        Assert.True(service is { OnLive: true, OnStandby: false });
        Assert.All(service.Facts, fact => Assert.False(fact.Equal));
        Assert.Equal((2, 10), (pair.Equal, pair.Compared));
    }

    [Fact]
    public void A_service_that_a_revision_adds_differs_in_everything_as_well()
    {
        var (live, standby) = (Made(3, Text), Made(4, Text.Replace("services:", "services:\n  more: {image: acme/more:1}", StringComparison.Ordinal)));

        var pair = PairComparison.Of(Colour.Blue, Cluster, Cluster,
            [new ComparedStack("shop", live.Side, standby.Side, [new ServiceView("more", false, null, standby.Service), new ServiceView("web", true, live.Service, standby.Service)], Differ.Between(live.Snapshot, standby.Snapshot))]);

        var (more, web) = (pair.Stacks[0].Services[0], pair.Stacks[0].Services[1]);
        Assert.All(more.Facts, fact => Assert.False(fact.Equal, $"{fact.Kind}"));
        Assert.Equal([PairFactKind.Revision], web.Facts.Where(fact => !fact.Equal).Select(fact => fact.Kind));
    }

    [Fact]
    public void A_hundred_percent_is_said_only_where_nothing_differs()
    {
        var (live, same) = (Made(3, Text), Made(3, Text));
        var stacks = Enumerable.Range(0, 40).Select(number => new ComparedStack(
            $"shop{number}", live.Side, same.Side, [new ServiceView("web", true, live.Service, number == 0 ? same.Service with { Replicas = [] } : same.Service)], null));

        var pair = PairComparison.Of(Colour.Blue, Cluster, Cluster, stacks);

        Assert.Equal(2, pair.Compared - pair.Equal);
        Assert.Equal(99, pair.Percent);
    }

    [Fact]
    public void What_cannot_be_read_is_not_called_equal()
    {
        var (live, standby) = (Made(3, Text), Made(4, Text));
        var difference = Differ.Between(live.Snapshot, standby.Snapshot with { Rendered = null, Problem = "Revision 4 cannot be read" });

        var pair = PairComparison.Of(Colour.Blue, Cluster, Cluster, [new ComparedStack("shop", live.Side, new ComparedSide(4, null), [new ServiceView("web", true, live.Service, standby.Service)], difference)]);

        Assert.Equal("Revision 4 cannot be read", pair.Stacks[0].Unreadable);
        Assert.False(Of(pair.Stacks[0].Services[0], PairFactKind.Variables).Equal);
    }

    [Fact]
    public void Engines_and_kernels_count_as_far_as_they_are_known()
    {
        var (live, standby) = (Made(3, Text), Made(3, Text));
        ComparedStack[] stacks = [new("shop", live.Side, standby.Side, [new ServiceView("web", true, live.Service, standby.Service)], null)];

        var other = PairComparison.Of(Colour.Blue, Cluster, new ComparedCluster("far", "24.0", "6.1"), stacks);
        var unknown = PairComparison.Of(Colour.Blue, Cluster, new ComparedCluster("far", null, null), stacks);
        var neither = PairComparison.Of(Colour.Blue, new ComparedCluster("lab", null, null), new ComparedCluster("far", null, null), stacks);

        Assert.Equal((9, 10), (other.Equal, other.Compared));
        Assert.Equal((8, 10), (unknown.Equal, unknown.Compared));
        Assert.Equal((8, 8), (neither.Equal, neither.Compared));
    }

    private static PairFact Of(ServiceComparison service, PairFactKind kind) => service.Facts.Single(fact => fact.Kind == kind);

    /// <summary>Live is blue.</summary>
    /// <param name="seen">What is otherwise on standby than its revision has it.</param>
    private static PairComparison Compare(Run live, Run standby, Func<ServiceSide, ServiceSide>? seen = null) => PairComparison.Of(Colour.Blue, Cluster, Cluster,
    [
        new ComparedStack(
            "shop", live.Side, standby.Side, [new ServiceView("web", true, live.Service, seen?.Invoke(standby.Service) ?? standby.Service)],
            live.Side.Revision == standby.Side.Revision ? null : Differ.Between(live.Snapshot, standby.Snapshot)),
    ]);

    /// <summary>A revision as one side runs it, with two healthy replicas.</summary>
    private static Run Made(int number, string compose, int secret = 1, string digest = "sha256:aa")
    {
        var definition = new StackDefinition(compose, null, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));
        var read = definition.Read(StackPolicy.Default);
        Assert.True(read.Stack is not null && read.Verdict == Verdict.Accepted, string.Join('\n', read.Findings));
        var image = new ImageChoice("acme/web:1", digest);
        var images = ImmutableSortedDictionary.Create<string, ImageChoice>(StringComparer.Ordinal).Add("web", image);
        var secrets = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Add("db", secret);
        var rendered = new RenderedStack(read.Stack, images, secrets, "", ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal)) { Number = number };
        var replicas = Enumerable.Range(1, 2).Select(index => new ReplicaView($"c{index}", index, number, ReplicaCondition.Healthy, "200", DateTimeOffset.UnixEpoch)).ToImmutableArray();
        return new Run(new Snapshot(definition, images, secrets, rendered, null), new ComparedSide(number, rendered), new ServiceSide(number, 2, image, replicas));
    }

    private sealed record Run(Snapshot Snapshot, ComparedSide Side, ServiceSide Service);
}
