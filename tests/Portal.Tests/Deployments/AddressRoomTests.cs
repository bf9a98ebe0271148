using Portal.Deployments.Engine;
using Portal.Docker;

namespace Portal.Tests.Deployments;

public sealed class AddressRoomTests
{
    [Fact]
    public void An_engine_that_was_told_nothing_has_room_for_thirty_one() =>
        Assert.Equal(new AddressRoom(31, 29), AddressRoom.Of([], [Network("172.17.0.0/16"), Network("192.168.16.0/20"), Network("10.1.0.0/16"), Network("fd00::/64")]));

    [Fact]
    public void One_that_takes_more_than_its_share_counts_for_as_many() =>
        Assert.Equal(new AddressRoom(16, 11), AddressRoom.Of([new EngineAddressPool("10.9.0.0/24", 28)], [Network("10.9.0.0/28"), Network("10.9.0.64/26")]));

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Few_are_scarce(int left, bool scarce) => Assert.Equal(scarce, new AddressRoom(31, left).IsScarce);

    [Theory]
    [InlineData("10.8.0.0/16", "10.8.3.0/24", true)]
    [InlineData("10.8.3.0/24", "10.8.0.0/16", true)]
    [InlineData("10.8.0.0/24", "10.8.1.0/24", false)]
    [InlineData(null, "10.8.1.0/24", false)]
    public void Ranges_overlap_where_one_holds_the_others_beginning(string? one, string? other, bool overlap) => Assert.Equal(overlap, AddressRoom.Overlap(one, other));

    private static NetworkDetails Network(string subnet) =>
        new("", "", "bridge", "local", false, false, new Dictionary<string, string>(), [new NetworkSubnet(subnet, null)], new Dictionary<string, NetworkMember>());
}
