using System.Text.Json;
using Portal.Stacks.Changing;

namespace Portal.Tests.Stacks;

public sealed class StackPatchTests
{
    [Fact]
    public void Absent_is_not_null()
    {
        var (patch, _, _) = Read("""{"rancherCompose": null, "answers": {"A": "1", "B": null}, "healing": false}""");

        Assert.NotNull(patch);
        Assert.False(patch.Compose.Given);
        Assert.True(patch.Rancher is { Given: true, Value: null });
        Assert.Equal("1", patch.Answers["A"]);
        Assert.Null(patch.Answers["B"]);
        Assert.True(patch.Healing is { Given: true, Value: false });
        Assert.True(patch.TouchesDefinition);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData("\"x\"", "")]
    [InlineData("""{"compose": 1}""", "compose")]
    [InlineData("""{"healing": "no"}""", "healing")]
    [InlineData("""{"answers": {"A": 1}}""", "answers.A")]
    [InlineData("""{"answers": []}""", "answers")]
    [InlineData("""{"name": "other"}""", "name")]
    [InlineData("""{"Compose": "x"}""", "Compose")]
    public void What_is_no_patch_is_refused_by_its_field(string body, string field)
    {
        var (patch, wrong, problem) = Read(body);

        Assert.Null(patch);
        Assert.Equal(field, wrong);
        Assert.NotEqual("", problem);
    }

    [Fact]
    public void A_field_given_twice_counts_as_the_last()
    {
        var (patch, _, _) = Read("""{"version": "1", "version": "2", "answers": {"A": "1", "A": "2"}}""");

        Assert.Equal("2", patch!.Version.Value);
        Assert.Equal("2", patch.Answers["A"]);
    }

    private static (StackPatch? Patch, string Field, string Problem) Read(string body) => StackPatch.Read(JsonDocument.Parse(body).RootElement);
}
