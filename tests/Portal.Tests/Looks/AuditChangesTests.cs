using Portal.Pages.Audit;

namespace Portal.Tests.Looks;

public sealed class AuditChangesTests
{
    [Fact]
    public void Before_and_after_meet_in_one_row_a_field()
    {
        var rows = AuditChanges.Of("""{"live":"blue","reason":null}""", """{"live":"green","reason":"campaign","images":{"web":"acme/web:2"},"environments":["green","blue"]}""");
        Assert.Equal(
            [("live", "blue", "green"), ("reason", null, "campaign"), ("images.web", null, "acme/web:2"), ("environments", null, "green, blue")],
            rows.Select(row => (row.Name, row.Before, row.After)));
    }

    [Fact]
    public void Lists_of_things_are_told_one_by_one_and_long_texts_end()
    {
        var rows = AuditChanges.Of(null, $$"""{"checks":[{"name":"web","ok":true},{"name":"api","ok":false}],"text":"{{new string('x', 1000)}}"}""");
        Assert.Equal(["checks[0].name", "checks[0].ok", "checks[1].name", "checks[1].ok", "text"], rows.Select(row => row.Name));
        Assert.EndsWith("…", rows[^1].After, StringComparison.Ordinal);
        Assert.InRange(rows[^1].After!.Length, 1, 500);
    }

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData("null", "{}", 0)]
    [InlineData(null, "\"alone\"", 1)]
    public void Nothing_noted_is_no_row(string? before, string? after, int rows) => Assert.Equal(rows, AuditChanges.Of(before, after).Count);
}
