using System.Collections.Immutable;
using Portal.Deployments.Images;
using Portal.Docker;

namespace Portal.Tests.Images;

public sealed class NeededImagesTests
{
    private static readonly Guid One = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void The_newest_of_each_stack_stay_and_those_that_have_run_and_whatever_is_in_use() =>
        Assert.Equal(
            ["a1", "a4", "a7", "a8", "a9", "b1"],
            NeededImages.Of(
                [
                    .. Enumerable.Range(1, 9).Select(number => new KeptRevision(One, number, [$"a{number}"], Succeeded: number is 3 or 4 or 7, InUse: number == 1)),
                    new KeptRevision(Other, 1, ["b1"], false, false),
                ],
                keep: 2).Order());

    [Fact]
    public void An_image_that_two_revisions_share_stays_for_the_newer_one() =>
        Assert.Equal(["new", "same"], NeededImages.Of([new KeptRevision(One, 1, ["old", "same"], true, false), new KeptRevision(One, 2, ["same", "new"], true, false)], keep: 1).Order());

    [Fact]
    public void Layers_that_are_there_cost_nothing_as_long_as_all_below_them_are_the_same()
    {
        ImmutableArray<RegistryLayer> wanted = [new("p1", 10, "u1"), new("p2", 20, "u2"), new("p3", 40, "u3")];
        Assert.Equal(2, DiskCheck.Shared(wanted, ["u1", "u2", "x", "y"]));
        Assert.Equal(0, DiskCheck.Shared(wanted, ["x", "u2", "u3"]));
        Assert.Equal(80, DiskCheck.Needed(wanted, 2));
        Assert.Equal(140, DiskCheck.Needed(wanted, 0));
        Assert.Equal(0, DiskCheck.Needed(wanted, 3));
    }
}
