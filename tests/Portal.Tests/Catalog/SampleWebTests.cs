using System.Net;

namespace Portal.Tests.Catalog;

[Trait("Category", "Lab")]
public sealed class SampleWebTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_says_its_version_and_environment_under_the_limits_of_its_template()
    {
        await using var web = await RunningSample.StartAsync(["VERSION=2"], ("PORTAL_ENVIRONMENT", "blue"));
        await web.UntilAsync("/health", HttpStatusCode.OK);

        using var text = await web.GetAsync("/");
        using var missing = await web.GetAsync("/nothing");

        Assert.StartsWith("version 2\nenvironment blue\nhost ", await text.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("2", text.Headers.GetValues("X-Version").Single());
        Assert.Equal("2", missing.Headers.GetValues("X-Version").Single());
    }

    [Fact]
    public async Task It_is_unhealthy_while_it_warms_up_and_healthy_afterwards()
    {
        await using var web = await RunningSample.StartAsync(["VERSION=2"], ("START_DELAY_MS", "5000"));

        await web.UntilAsync("/health", HttpStatusCode.ServiceUnavailable);
        await web.UntilAsync("/health", HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_broken_version_of_the_same_files_is_never_healthy_or_ends_with_its_code()
    {
        await using var sick = await RunningSample.StartAsync(["VERSION=3", "UNHEALTHY=true"]);
        await using var dead = await RunningSample.StartAsync(["VERSION=4", "EXIT_CODE=7"]);

        await sick.UntilAsync("/health", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(7, await dead.Engine.Containers.WaitAsync(dead.Id).WaitAsync(Limit));
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_although_it_was_told_to_stop()
    {
        await using var web = await RunningSample.StartAsync(["VERSION=2"]);
        await web.UntilAsync("/health", HttpStatusCode.OK);
        var slow = web.GetAsync("/slow?ms=4000");
        await web.UntilAsync("/health", answer => answer.Headers.GetValues("X-In-Flight").Single() == "1");

        await web.Engine.Containers.StopAsync(web.Id, TimeSpan.FromSeconds(30));

        using var answer = await slow;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, (await web.Engine.Containers.InspectAsync(web.Id)).State.ExitCode);
    }
}
