using System.Text.RegularExpressions;
using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

public sealed class PartsTests
{
    [Fact]
    public async Task A_status_has_a_word_and_a_shape_of_its_own()
    {
        var shapes = new HashSet<string>();
        foreach (var kind in Enum.GetValues<StatusKind>())
        {
            var html = await Markup.OfAsync<StatusTag>(("Kind", kind), ("Text", "in a word"));
            Assert.Contains("in a word", html);
            Assert.True(shapes.Add(Regex.Match(html, @"</?svg[^>]*>(.*)</svg>", RegexOptions.Singleline).Groups[1].Value), $"{kind} looks like another kind without its colour");
        }
    }

    [Fact]
    public async Task Replicas_are_also_said_in_words()
    {
        var html = await Markup.OfAsync<ReplicaDots>(("Wanted", 5), ("Healthy", 2), ("Starting", 1), ("Failed", 1));
        Assert.Contains("2 of 5 healthy, 1 starting, 1 failed, 1 missing", html);
        Assert.Contains("2/5", html);
        Assert.Equal(5, Regex.Count(html, "<i "));
    }

    [Fact]
    public async Task A_time_is_relative_and_exact_on_hover()
    {
        var html = await Markup.OfAsync<TimeAgo>(("At", Markup.Now.AddMinutes(-4)));
        Assert.Contains(">4 min ago<", html);
        Assert.Contains("title=\"2026-11-21 06:58:11 UTC\"", html);
    }

    [Theory]
    [InlineData(90, "1:30")]
    [InlineData(3661, "1:01:01")]
    [InlineData(-1, "window closed")]
    public async Task A_deadline_counts_down_and_then_says_that_it_is_over(int seconds, string text) =>
        Assert.Contains($">{text}<", await Markup.OfAsync<CountDown>(("To", Markup.Now.AddSeconds(seconds)), ("Over", "window closed")));

    [Fact]
    public async Task An_empty_list_says_what_to_do_next_with_one_button()
    {
        var html = await Markup.OfAsync<EmptyState>(("Title", "No webhook yet"), ("Text", "Create one."), ("ButtonText", "Create a webhook"), ("Href", "/new"));
        Assert.Contains("No webhook yet", html);
        Assert.Single(Regex.Matches(html, "class=\"btn"));
        Assert.DoesNotContain("class=\"btn", await Markup.OfAsync<EmptyState>(("Title", "No webhook yet"), ("Text", "Ask an operator.")));
    }

    [Fact]
    public async Task A_failure_says_what_failed_what_it_means_and_what_to_do()
    {
        var html = await Markup.OfAsync<ErrorNote>(("What", "web exited"), ("Traffic", "Live is untouched."), ("Next", "Read the log."));
        Assert.Matches("role=\"alert\".*web exited.*Live is untouched.*Read the log", html.ReplaceLineEndings(" "));
    }

    [Fact]
    public async Task A_side_of_the_pair_says_which_it_is_in_words()
    {
        static void Nothing(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder _) { }
        var body = (Microsoft.AspNetCore.Components.RenderFragment)Nothing;
        Assert.Contains("aria-label=\"Green, live\"", await Markup.OfAsync<PairSide>(("Colour", "green"), ("Live", true), ("ChildContent", body)));
        Assert.Contains("STANDBY", await Markup.OfAsync<PairSide>(("Colour", "blue"), ("ChildContent", body)));
    }

    [Fact]
    public async Task Steps_say_their_state_and_a_running_one_shows_its_progress()
    {
        StepItem[] steps =
        [
            new("1", "Resolve", StepState.Done) { Since = Markup.Now.AddSeconds(-5), Until = Markup.Now.AddSeconds(-4.8) },
            new("2", "Pull", StepState.Running) { Since = Markup.Now.AddSeconds(-3), HasProgress = true, Progress = .4 },
            new("3", "web 3", StepState.Waiting),
        ];
        var html = await Markup.OfAsync<Steps>(("Items", steps));
        Assert.Contains("0.2 s", html);
        Assert.Contains("3.0 s", html);
        Assert.Contains("aria-valuenow=\"40\"", html);
        Assert.Contains("waiting:", html);
    }

    [Fact]
    public async Task What_is_copied_is_whole_though_what_is_shown_is_short()
    {
        var html = await Markup.OfAsync<Copyable>(("Value", "sha256:9b1f04c2aa55bb66cc77"));
        Assert.Contains("sha256:9b1f04c2…", System.Net.WebUtility.HtmlDecode(html));
        Assert.Contains("sha256:9b1f04c2aa55bb66cc77", html);
    }

    [Fact]
    public async Task Markup_in_what_others_wrote_stays_text()
    {
        var html = await Markup.OfAsync<Diff>(("Before", "a"), ("After", "<script>x</script>"));
        Assert.DoesNotContain("<script", html);
        Assert.Contains("&lt;script&gt;", html);
    }
}
