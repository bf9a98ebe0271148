using Portal.Deployments;

namespace Portal.Tests.Deployments;

public sealed class HealingBookTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly HealingPlace Web = new(Guid.CreateVersion7(), Guid.CreateVersion7(), "web");
    private readonly HealingBook book = new();

    [Fact]
    public void What_dies_again_and_again_is_made_anew_more_and_more_seldom_and_says_so()
    {
        var now = Start;
        var pauses = new List<double>();
        for (var time = 0; time < 9; time++)
        {
            var note = book.Rest(Web, "web 1 exited with 3", now);
            pauses.Add((note.NotBefore - now).TotalSeconds);
            Assert.True(book.IsResting(Web, note.NotBefore - TimeSpan.FromTicks(1)));
            Assert.False(book.IsResting(Web, note.NotBefore));
            now = note.NotBefore;
        }

        Assert.Equal([2, 4, 8, 16, 32, 64, 120, 120, 120], pauses);
        Assert.StartsWith("made anew 9 times: web 1 exited with 3. Next try at ", book[Web]!.Text);
    }

    [Fact]
    public void One_service_does_not_rest_for_another()
    {
        book.Rest(Web, "it was gone", Start);

        Assert.False(book.IsResting(Web with { Service = "db" }, Start));
    }

    [Fact]
    public void What_only_looks_well_for_a_moment_is_not_forgotten()
    {
        book.Rest(Web, "web 1 exited with 3", Start);

        Assert.False(book.Well(Web.Environment, Web.Stack, Start + TimeSpan.FromSeconds(5)));
        Assert.Equal(2, book.Rest(Web, "web 1 exited with 3", Start + TimeSpan.FromSeconds(6)).Times);
        Assert.True(book.Well(Web.Environment, Web.Stack, Start + TimeSpan.FromMinutes(1)));
        Assert.Equal(1, book.Rest(Web, "web 1 exited with 3", Start + TimeSpan.FromMinutes(1)).Times);
    }
}
