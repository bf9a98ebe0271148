using System.Net;
using System.Net.Http.Json;
using Portal.Lab.Directories;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

[Trait("Category", "Lab")]
public sealed class MemberTests(AccessLab lab) : IClassFixture<AccessLab>
{
    private const string Members = "/api/v1/tenants/acme/members";

    [Fact]
    public async Task An_owner_gives_a_group_a_role_and_takes_it_away_at_once()
    {
        using var owner = await lab.ProgramAsync("acme-owner");
        var login = lab.NewPerson();
        var group = lab.NewGroup(login);
        using var person = await lab.ProgramAsync(login);
        Assert.Equal(HttpStatusCode.NotFound, await person.StatusAsync(Members));

        using var added = await owner.PostAsJsonAsync(Members, new { group = $"CN={group}, {SampleTree.Groups}", role = "developer", deployLive = true });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        await Eventually.EqualsAsync(HttpStatusCode.OK, () => person.StatusAsync(Members));

        var id = (await PortalCalls.JsonAsync(added)).GetProperty("id").GetString();
        using var removed = await owner.DeleteAsync($"{Members}/{id}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await Eventually.EqualsAsync(HttpStatusCode.NotFound, () => person.StatusAsync(Members));
        Assert.Equal(["member.added", "member.removed"], (await lab.AuditAsync(SampleTree.Group(group))).Select(line => line.Action));
    }

    [Theory]
    [InlineData("acme-dev", HttpStatusCode.Forbidden)]
    [InlineData("acme-ops", HttpStatusCode.Forbidden)]
    [InlineData("globex-owner", HttpStatusCode.NotFound)]
    [InlineData("nobody-nils", HttpStatusCode.NotFound)]
    public async Task Who_is_no_owner_cannot_add_members(string login, HttpStatusCode wanted)
    {
        using var client = await lab.ProgramAsync(login);
        using var answer = await client.PostAsJsonAsync(Members, new { group = SampleTree.Group("globex-owners"), role = "owner" });
        Assert.Equal(wanted, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_tenant_that_is_not_yours_answers_as_one_that_does_not_exist()
    {
        using var client = await lab.ProgramAsync("globex-owner");
        using var foreign = await client.GetAsync(Members);
        using var missing = await client.GetAsync("/api/v1/tenants/nowhere/members");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(
            (await PortalCalls.JsonAsync(missing)).GetProperty("detail").GetString(),
            (await PortalCalls.JsonAsync(foreign)).GetProperty("detail").GetString()!.Replace("acme", "nowhere", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("not a name", "developer", "group")]
    [InlineData("cn=a,dc=x", "king", "role")]
    [InlineData("cn=a,dc=x", "3", "role")]
    [InlineData("cn=a,dc=x", null, "role")]
    [InlineData(null, "developer", "group")]
    public async Task A_mapping_that_means_nothing_is_refused_by_field(string? group, string? role, string field)
    {
        using var owner = await lab.ProgramAsync("acme-owner");
        using var answer = await owner.PostAsJsonAsync(Members, new { group, role });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await PortalCalls.JsonAsync(answer)).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_group_has_one_role_in_a_tenant_however_its_name_is_written()
    {
        using var owner = await lab.ProgramAsync("acme-owner");
        using var answer = await owner.PostAsJsonAsync(Members, new { group = "CN=ACME-Developers , OU=groups,dc=portal,dc=test", role = "owner" });
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    [Fact]
    public async Task Only_platform_administrators_make_platform_administrators()
    {
        var group = new { group = SampleTree.Group(lab.NewGroup()) };
        using var owner = await lab.ProgramAsync("acme-owner");
        using var refused = await owner.PostAsJsonAsync("/api/v1/administrators", group);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var anna = await lab.ProgramAsync("admin-anna");
        using var added = await anna.PostAsJsonAsync("/api/v1/administrators", group);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal("administrator", (await PortalCalls.JsonAsync(added)).GetProperty("role").GetString());
    }

    [Fact]
    public async Task A_mapping_of_one_tenant_cannot_be_removed_through_another()
    {
        using var acme = await lab.ProgramAsync("acme-owner");
        using var globex = await lab.ProgramAsync("globex-owner");
        var id = (await PortalCalls.JsonAsync(await acme.GetAsync(Members))).EnumerateArray().First().GetProperty("id").GetString();
        using var answer = await globex.DeleteAsync($"/api/v1/tenants/globex/members/{id}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
