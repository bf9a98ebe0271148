using Portal.Access.Directories;

namespace Portal.Tests.Access;

public sealed class GroupWalkTests
{
    [Fact]
    public void Groups_of_groups_count_and_each_once()
    {
        var found = Climb(new() { ["cn=p"] = ["cn=a", "CN=A"], ["cn=a"] = ["cn=b", "cn=c"], ["cn=b"] = ["cn=d"], ["cn=c"] = ["cn=d"] });
        Assert.Equal(["cn=a", "cn=b", "cn=c", "cn=d"], found.Groups);
        Assert.True(found.Complete);
    }

    [Fact]
    public void A_circle_ends()
    {
        var found = Climb(new() { ["cn=p"] = ["cn=a"], ["cn=a"] = ["cn=b"], ["cn=b"] = ["cn=a", "cn=b"] });
        Assert.Equal(["cn=a", "cn=b"], found.Groups);
        Assert.True(found.Complete);
    }

    [Fact]
    public void A_tower_without_end_is_cut_and_says_so()
    {
        var found = GroupWalk.Climb("cn=0", [], members => members.Select(member => $"cn={int.Parse(member[3..], System.Globalization.CultureInfo.InvariantCulture) + 1}"));
        Assert.Equal(GroupWalk.Levels + 1, found.Groups.Count);
        Assert.False(found.Complete);
    }

    [Fact]
    public void What_the_entry_names_itself_counts_too()
    {
        var found = GroupWalk.Climb("cn=p", ["cn=own"], members => members.Contains("cn=own") ? ["cn=outer"] : []);
        Assert.Equal(["cn=outer", "cn=own"], found.Groups);
    }

    private static GroupWalk.Found Climb(Dictionary<string, string[]> above) =>
        GroupWalk.Climb("cn=p", [], members => members.SelectMany(member => above.GetValueOrDefault(member, [])));
}
