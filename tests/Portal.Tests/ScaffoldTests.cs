namespace Portal.Tests;

public sealed class ScaffoldTests
{
    [Fact]
    public void The_solution_builds() => Assert.NotNull(typeof(Portal.Pages.App));
}
