using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Portal.Lab.Directories;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

/// <summary>What a directory that went away takes with it, and what not.</summary>
[Trait("Category", "Lab")]
public sealed class DirectoryDownTests : IAsyncLifetime
{
    private const string Me = "/api/v1/sessions/current";
    private readonly ShiftedClock clock = new();
    private DirectoryLab directory = null!;
    private PortalLab portal = null!;

    public async Task InitializeAsync()
    {
        directory = await DirectoryLab.StartAsync(LabFixture.UndoLog);
        portal = await PortalLab.StartAsync(directory.PortalSettings("StartTls"), builder => builder.Services.AddSingleton<TimeProvider>(clock));
    }

    public async Task DisposeAsync()
    {
        await portal.DisposeAsync();
        await directory.DisposeAsync();
    }

    [Fact]
    public async Task A_directory_that_is_down_is_said_and_the_local_administrator_still_gets_in()
    {
        await directory.StopAsync();
        using var browser = portal.Browser();
        using var page = await browser.SignInAsync("acme-dev", "acme-dev-pass");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("The directory cannot be reached. Try again, or use the local administrator.", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var api = await browser.PostAsJsonAsync("/api/v1/sessions", new { user = "acme-dev", password = "acme-dev-pass" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, api.StatusCode);
        using var administrator = await portal.AdministratorAsync();
        Assert.Equal(HttpStatusCode.OK, await administrator.StatusAsync(Me));
    }

    [Fact]
    public async Task People_keep_their_access_for_a_while_and_get_it_back_when_the_directory_is_back()
    {
        using var program = await portal.ProgramAsync("acme-dev", "acme-dev-pass");
        await directory.StopAsync();
        clock.Forward(TimeSpan.FromMinutes(14));
        Assert.Equal(HttpStatusCode.OK, await program.StatusAsync(Me));

        clock.Forward(TimeSpan.FromMinutes(2));
        await Eventually.EqualsAsync(HttpStatusCode.Unauthorized, () => program.StatusAsync(Me));

        await directory.StartAgainAsync();
        clock.Forward(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, await program.StatusAsync(Me));
    }
}
