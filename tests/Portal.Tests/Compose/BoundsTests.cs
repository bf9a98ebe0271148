using System.Text;
using Portal.Compose;

namespace Portal.Tests.Compose;

/// <summary>What would take for ever, or all memory, gives a finding instead. Bounded by counted work, so no clock is needed.</summary>
public sealed class BoundsTests
{
    [Fact]
    public void Aliases_of_aliases_do_not_explode()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Unreadable(text.ToString(), "aliases");
    }

    [Fact]
    public void An_alias_cannot_be_inside_its_own_anchor() => Unreadable("services: &a\n  web: *a\n", "before it is whole");

    [Fact]
    public void Deep_nesting_is_refused() => Unreadable("a: " + new string('[', 200_000), "nested deeper");

    [Fact]
    public void Deep_nesting_through_aliases_is_refused()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 100; i++)
        {
            text.Append($"a{i}: &a{i} [*a{i - 1}]\n");
        }

        Unreadable(text.ToString(), "nested deeper");
    }

    [Fact]
    public void A_text_over_a_mebibyte_is_refused() => Unreadable("a: " + new string('é', 600_000), "longer than 1024 KiB");

    [Fact]
    public void A_long_value_cannot_be_multiplied_by_aliases() =>
        Unreadable($"a: &a {new string('x', 500_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]\n", "aliases");

    [Fact]
    public void A_long_variable_cannot_be_multiplied_by_its_uses()
    {
        var text = Reading.Around("environment:\n  A: " + string.Concat(Enumerable.Repeat("$V", 10_000)));

        var finding = Reading.Refused(text, variables: Reading.Values(("V", new string('x', 100_000))));

        Assert.Contains("too large once its variables", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_nest_only_so_deep()
    {
        var nested = string.Concat(Enumerable.Repeat("${A:-", 5000)) + "x" + new string('}', 5000);

        Assert.Contains("nested deeper", Reading.RefusedService($"command: '{nested}'").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_chain_of_extends_is_refused()
    {
        var text = new StringBuilder("services:\n  s0: {image: a}\n");
        for (var i = 1; i < 20_000; i++)
        {
            text.Append($"  s{i}: {{extends: s{i - 1}}}\n");
        }

        Assert.Equal(Verdict.Refused, Reading.Of(text.ToString()).Verdict);
    }

    [Fact]
    public void A_large_base_cannot_be_multiplied_by_extends()
    {
        var text = new StringBuilder("services:\n  base:\n    image: a\n    environment:\n");
        for (var i = 0; i < 20_000; i++)
        {
            text.Append($"      V{i}: x\n");
        }

        for (var i = 0; i < 1000; i++)
        {
            text.Append($"  s{i}: {{extends: base}}\n");
        }

        var result = Reading.Of(text.ToString());

        Assert.Contains(result.Findings, f => f.Reason.Contains("extends is written out", StringComparison.Ordinal));
    }

    [Fact]
    public void Ranges_of_ports_add_up()
    {
        var text = Reading.Around("ports:\n" + string.Concat(Enumerable.Repeat("  - 1000-1999\n", 50)) + "expose:\n" + string.Concat(Enumerable.Repeat("  - 1000-1999\n", 50)));

        Assert.Contains(Reading.Of(text).Findings, f => f.Reason.Contains("ports in one stack", StringComparison.Ordinal));
    }

    [Fact]
    public void More_services_than_a_stack_can_have_are_refused()
    {
        var text = "services:\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"  s{i}: {{image: a}}\n"));

        Assert.Contains("more than 2000 services", Reading.Refused(text).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_circle_is_found_without_recursion()
    {
        var text = "services:\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"  s{i}: {{image: a, depends_on: [s{(i + 1) % 2000}]}}\n"));

        Assert.Contains("a circle", Reading.Refused(text).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_have_an_end()
    {
        var text = Reading.Around(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"unknown{i}: x\n")));

        var findings = Reading.Of(text).Findings;

        Assert.Equal(ComposeLimits.Findings + 1, findings.Length);
        Assert.Contains(findings, f => f.Reason.Contains("more to say", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_variables_cannot_be_multiplied_by_services()
    {
        var file = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"V{i}=x\n"));
        var text = "services:\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"  s{i}: {{image: a, env_file: big.env}}\n"));

        Assert.Contains("files bring more than", Reading.Refused(text, files: Reading.Values(("big.env", file))).Reason, StringComparison.Ordinal);
    }

    private static void Unreadable(string text, string because)
    {
        var result = Reading.Of(text);
        Assert.Equal(Verdict.Unreadable, result.Verdict);
        Assert.Null(result.Stack);
        Assert.Contains(result.Findings, f => f.Outcome == FindingOutcome.Unreadable && f.Reason.Contains(because, StringComparison.Ordinal));
    }
}
