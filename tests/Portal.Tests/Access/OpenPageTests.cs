using Microsoft.Playwright;
using Npgsql;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Access;

/// <summary>Pages that are open in a real browser while the directory or the members change.</summary>
[Trait("Category", "Lab")]
public sealed class OpenPageTests(OpenPageTests.Lab lab) : IClassFixture<OpenPageTests.Lab>
{
    private const string Members = "/tenants/acme/members";

    [Fact]
    public async Task Leaving_the_group_takes_the_open_page_away()
    {
        var login = lab.NewPerson("acme-viewers");
        await using var context = await lab.SignInAsync(login);
        var page = context.Pages[0];
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Members of Acme" })).ToBeVisibleAsync();

        lab.Directory.RemoveMember("acme-viewers", login);

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing here" })).ToBeVisibleAsync();
        await Expect(page.GetByText("acme-developers")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Somebody_deleted_from_the_directory_stands_before_the_sign_in_page()
    {
        var login = lab.NewPerson("acme-viewers");
        await using var context = await lab.SignInAsync(login);
        var page = context.Pages[0];
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Members of Acme" })).ToBeVisibleAsync();

        lab.Directory.DeletePerson(login);

        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
        Assert.EndsWith("/sign-in?returnUrl=%2Ftenants%2Facme%2Fmembers", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_adds_and_removes_a_group_and_others_see_it_happen()
    {
        var group = $"g{Guid.NewGuid():N}"[..12];
        await using var owners = await lab.SignInAsync("acme-owner");
        await using var viewers = await lab.SignInAsync("acme-view");
        var (owner, viewer) = (owners.Pages[0], viewers.Pages[0]);
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Add a group" })).ToHaveCountAsync(0);

        await owner.GetByRole(AriaRole.Button, new() { Name = "Add a group" }).ClickAsync();
        var dialog = owner.Locator("dialog.act");
        await dialog.GetByLabel("Group").FillAsync("no name");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add group" }).ClickAsync();
        await Expect(dialog.Locator(".note")).ToContainTextAsync("not a distinguished name");
        await dialog.GetByLabel("Group").FillAsync(SampleTree.Group(group));
        await dialog.GetByLabel("Role").SelectOptionAsync("Operator");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add group" }).ClickAsync();

        await Expect(viewer.Locator("tr", new() { HasText = group })).ToContainTextAsync("Operator");
        await owner.GetByRole(AriaRole.Button, new() { Name = $"Remove {group}" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove group" }).ClickAsync();
        await Expect(viewer.Locator("tr", new() { HasText = group })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_sign_in_page_says_no_and_then_lets_in()
    {
        await using var context = await lab.ContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(Members);
        await page.GetByLabel("Name").FillAsync("acme-owner");
        await page.GetByLabel("Password").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("do not fit");
        await Expect(page.GetByLabel("Name")).ToHaveValueAsync("acme-owner");
        await page.GetByLabel("Password").FillAsync("acme-owner-pass");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Members of Acme" })).ToBeVisibleAsync();
    }

    public sealed class Lab : IAsyncLifetime
    {
        private const float Patience = 20_000;
        private PortalLab portal = null!;

        public DirectoryLab Directory { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            SetDefaultExpectTimeout(Patience);
            Directory = await LabFixture.Directory;
            var database = await (await LabFixture.Database).CreateAsync();
            portal = await PortalLab.StartPublishedAsync(
                [.. Directory.PortalSettings("None"), new("Portal:Access:GroupsFreshFor", "00:00:00.5"), new("Portal:Access:PageCheck", "00:00:00.5")],
                database);
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync();
            await using var seed = new NpgsqlCommand(
                """
                with acme as (insert into tenants values (gen_random_uuid(), 'acme', 'Acme', now()) returning id)
                insert into role_mappings select gen_random_uuid(), format('cn=acme-%ss,ou=groups,dc=portal,dc=test', role), id, role, false, now()
                from acme, unnest(array['viewer', 'developer', 'operator', 'owner']) role
                """,
                connection);
            await seed.ExecuteNonQueryAsync();
        }

        public async Task DisposeAsync() => await portal.DisposeAsync();

        public string NewPerson(string group)
        {
            var login = $"b{Guid.NewGuid():N}"[..12];
            Directory.AddPerson(login, "Browser Person");
            Directory.AddMember(group, login);
            return login;
        }

        public async Task<IBrowserContext> ContextAsync()
        {
            var context = await (await LabFixture.Browser).NewContextAsync(new() { BaseURL = portal.Address.ToString() });
            context.SetDefaultTimeout(Patience);
            return context;
        }

        /// <summary>Signs in by the page, towards the members.</summary>
        public async Task<IBrowserContext> SignInAsync(string login)
        {
            var context = await ContextAsync();
            var page = await context.NewPageAsync();
            await page.GotoAsync(Members);
            await page.GetByLabel("Name").FillAsync(login);
            await page.GetByLabel("Password").FillAsync(SampleTree.Password(login));
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await page.WaitForURLAsync("**" + Members);
            return context;
        }
    }
}
