using System.Net;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

/// <summary>What the directory takes away, the portal takes away: from cookies, tokens and open pages.</summary>
[Trait("Category", "Lab")]
public sealed class LeavingTests(AccessLab lab) : IClassFixture<AccessLab>
{
    private const string Members = "/api/v1/tenants/acme/members";
    private const string Me = "/api/v1/sessions/current";

    [Fact]
    public async Task Leaving_the_group_takes_the_access_away_from_cookie_and_token()
    {
        var login = lab.NewPerson("acme-developers");
        using var browser = await lab.BrowserAsync(login);
        using var program = await lab.ProgramAsync(login);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync(Members));
        Assert.Equal(HttpStatusCode.OK, await program.StatusAsync(Members));

        lab.Directory.RemoveMember("acme-developers", login);

        await Eventually.EqualsAsync(HttpStatusCode.NotFound, () => browser.StatusAsync(Members));
        await Eventually.EqualsAsync(HttpStatusCode.NotFound, () => program.StatusAsync(Members));
        Assert.Equal(HttpStatusCode.OK, await program.StatusAsync(Me));
        Assert.Contains(await lab.AuditAsync(login), line => line.Action == "person.groups-changed");
    }

    [Fact]
    public async Task Joining_a_group_gives_access_without_signing_in_again()
    {
        var login = lab.NewPerson();
        using var program = await lab.ProgramAsync(login);
        Assert.Equal(HttpStatusCode.NotFound, await program.StatusAsync(Members));

        lab.Directory.AddMember("acme-viewers", login);

        await Eventually.EqualsAsync(HttpStatusCode.OK, () => program.StatusAsync(Members));
    }

    [Fact]
    public async Task A_group_inside_a_group_gives_access_and_taking_it_out_takes_the_access_away()
    {
        var login = lab.NewPerson();
        var inner = lab.NewGroup(login);
        lab.Directory.AddMember("acme-viewers", "@" + inner);
        using var program = await lab.ProgramAsync(login);
        Assert.Equal(HttpStatusCode.OK, await program.StatusAsync(Members));

        lab.Directory.RemoveMember("acme-viewers", "@" + inner);

        await Eventually.EqualsAsync(HttpStatusCode.NotFound, () => program.StatusAsync(Members));
    }

    [Fact]
    public async Task Somebody_deleted_from_the_directory_is_signed_out()
    {
        var login = lab.NewPerson("acme-developers");
        using var browser = await lab.BrowserAsync(login);
        using var program = await lab.ProgramAsync(login);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync(Me));

        lab.Directory.DeletePerson(login);

        await Eventually.EqualsAsync(HttpStatusCode.Unauthorized, () => browser.StatusAsync(Me));
        await Eventually.EqualsAsync(HttpStatusCode.Unauthorized, () => program.StatusAsync(Me));
        Assert.Contains(await lab.AuditAsync(login), line => line is { Action: "session.ended", Result: "no longer in the directory" });
    }

    [Fact]
    public async Task Groups_of_a_session_that_rested_are_looked_up_before_anything_is_granted()
    {
        var login = lab.NewPerson("acme-developers");
        using var program = await lab.ProgramAsync(login);
        // So long unused that the background has stopped looking after it; and then the very first answer counts.
        lab.Clock.Forward(TimeSpan.FromHours(1));
        lab.Directory.RemoveMember("acme-developers", login);

        Assert.Equal(HttpStatusCode.NotFound, await program.StatusAsync(Members));
    }
}
