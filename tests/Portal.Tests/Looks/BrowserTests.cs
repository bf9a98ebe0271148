using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Looks;

[Trait("Category", "Lab")]
public sealed class BrowserTests : IAsyncLifetime
{
    private IPlaywright playwright = default!;
    private IBrowser browser = default!;
    private IBrowserContext context = default!;
    private IPage page = default!;
    private LooksHost host = default!;

    private LooksWorld World => host.World;

    public async Task InitializeAsync()
    {
        host = await LooksHost.StartAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        context = await browser.NewContextAsync(new() { Permissions = ["clipboard-read", "clipboard-write"] });
        context.SetDefaultTimeout(20_000);
        SetDefaultExpectTimeout(20_000);
        page = await context.NewPageAsync();
        await page.GotoAsync(host.Address);
        await page.Locator("#ready").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task An_act_is_done_only_with_a_reason_and_a_refusal_stays_in_sight()
    {
        var dialog = page.Locator("dialog.act");
        await page.Locator("#ask").ClickAsync();
        await Expect(dialog.Locator("input")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.Locator(".error")).ToContainTextAsync("Say why");
        Assert.Empty(World.Acts);

        await dialog.Locator("input").FillAsync("refuse me");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.Locator(".note")).ToContainTextAsync("worker is not healthy");

        await dialog.Locator("input").FillAsync("2.4.0 for the campaign");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch acme to green" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal(["refuse me", "2.4.0 for the campaign"], World.Acts);
    }

    [Fact]
    public async Task Escape_leaves_everything_as_it_is_and_gives_the_focus_back()
    {
        for (var twice = 0; twice < 2; twice++)
        {
            await page.Locator("#ask").ClickAsync();
            await Expect(page.Locator("dialog.act input")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Escape");
            await Expect(page.Locator("dialog.act")).ToHaveCountAsync(0);
            await Expect(page.Locator("#ask")).ToBeFocusedAsync();
        }

        Assert.Empty(World.Acts);
    }

    [Fact]
    public async Task Anything_is_found_and_reached_by_keys_alone()
    {
        await Expect(page.Locator(".find-dialog[data-listens]")).ToBeAttachedAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.Locator(".find-dialog input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("sh");
        await Expect(page.Locator("[role=option]")).ToHaveCountAsync(2);
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator("[role=option]").Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Elsewhere");
    }

    [Fact]
    public async Task A_long_log_follows_its_end_until_somebody_scrolls_up_and_sends_only_what_is_in_sight()
    {
        World.Log.Append(Enumerable.Range(1, 3000).Select(i => new Portal.Pages.Shared.LogLine(Markup.Now, $"line {i}.")));
        await Expect(page.GetByText("line 3000.")).ToBeInViewportAsync();
        Assert.InRange(await page.Locator(".log .line").CountAsync(), 1, 200);

        await page.Locator(".log .lines").HoverAsync();
        await page.Mouse.WheelAsync(0, -4000);
        await Expect(page.Locator(".log .tail")).ToBeVisibleAsync();
        World.Log.Append(new Portal.Pages.Shared.LogLine(Markup.Now, "the last one"));
        await Expect(page.GetByText("the last one")).Not.ToBeInViewportAsync();

        await page.Locator(".log .tail").ClickAsync();
        await Expect(page.GetByText("the last one")).ToBeInViewportAsync();
        await Expect(page.Locator(".log .tail")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_burst_of_changes_ends_with_the_last_one_on_the_screen_and_leaving_ends_the_watch()
    {
        for (var i = 1; i <= 2000; i++)
        {
            World.Set(i);
        }

        await Expect(page.Locator("#shown")).ToHaveTextAsync("2000");
        Assert.InRange(World.Reads, 2, 500);
        Assert.Equal(1, World.Watchers);

        await Expect(page.Locator(".find-dialog[data-listens]")).ToBeAttachedAsync();
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("sh");
        await page.Locator("[role=option]").Nth(1).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Elsewhere");
        Assert.Equal(0, World.Watchers);
    }

    [Fact]
    public async Task A_page_that_cannot_be_refreshed_keeps_its_content_says_so_and_heals()
    {
        World.Set(7);
        await Expect(page.Locator("#shown")).ToHaveTextAsync("7");
        World.Broken = true;
        World.Set(8);
        await Expect(page.Locator(".note")).ToContainTextAsync("cannot be refreshed");
        await Expect(page.Locator("#shown")).ToHaveTextAsync("7");
        World.Broken = false;
        await Expect(page.Locator("#shown")).ToHaveTextAsync("8");
        await Expect(page.Locator(".note")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_short_id_copies_whole_and_says_so()
    {
        await page.Locator(".copy").ClickAsync();
        await Expect(page.Locator(".copy + [role=status]")).ToHaveTextAsync("Value copied");
        Assert.Equal("sha256:9b1f04c2aa55bb66cc77", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_one_is_chosen_and_the_choice_is_there_before_the_first_paint()
    {
        const string ground = "getComputedStyle(document.body).backgroundColor";
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        Assert.Equal("rgb(246, 247, 249)", await page.EvaluateAsync<string>(ground));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(16, 21, 28)", await page.EvaluateAsync<string>(ground));

        await page.GetByRole(AriaRole.Button, new() { Name = "Light" }).ClickAsync();
        Assert.Equal("rgb(246, 247, 249)", await page.EvaluateAsync<string>(ground));

        await page.AddInitScriptAsync("new MutationObserver((_, o) => { if (document.body) { window.atBody = document.documentElement.dataset.theme; o.disconnect(); } }).observe(document, { childList: true, subtree: true })");
        await page.ReloadAsync();
        Assert.Equal("light", await page.EvaluateAsync<string>("window.atBody"));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Light" })).ToHaveAttributeAsync("aria-pressed", "true");

        await page.GetByRole(AriaRole.Button, new() { Name = "System" }).ClickAsync();
        Assert.Equal("rgb(16, 21, 28)", await page.EvaluateAsync<string>(ground));
    }

    [Fact]
    public async Task A_page_whose_server_restarts_says_so_and_loads_itself_anew()
    {
        await page.EvaluateAsync("window.before = true");
        await host.GoAsync();
        await Expect(page.Locator("#connection")).ToContainTextAsync("Connection lost");
        World.Set(42);
        await host.ComeBackAsync();
        await Expect(page.Locator("#shown")).ToHaveTextAsync("42");
        await Expect(page.Locator("#connection")).ToBeHiddenAsync();
        Assert.False(await page.EvaluateAsync<bool>("window.before === true"));
    }

    [Fact]
    public async Task A_connection_that_only_breaks_comes_back_to_the_same_page()
    {
        await page.EvaluateAsync("window.before = true");
        await page.Locator("#ask").ClickAsync();
        await page.Locator("dialog.act input").FillAsync("half a reason");
        await page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        World.Set(43);
        await Expect(page.Locator("#shown")).ToHaveTextAsync("43");
        await Expect(page.Locator("#connection")).ToBeHiddenAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.before === true"));
        await Expect(page.Locator("dialog.act input")).ToHaveValueAsync("half a reason");
    }
}
