using Portal.Compose;

namespace Portal.Tests.Compose;

public sealed class InterpolationTests
{
    private static readonly Dictionary<string, string> Some = Reading.Values(("SET", "v"), ("BLANK", ""), ("OTHER", "o"));

    [Theory]
    [InlineData("$SET", "v")]
    [InlineData("a${SET}b", "avb")]
    [InlineData("$SET.x", "v.x")]
    [InlineData("${BLANK}", "")]
    [InlineData("${SET:-d}", "v")]
    [InlineData("${BLANK:-d}", "d")]
    [InlineData("${NONE:-d}", "d")]
    [InlineData("${SET-d}", "v")]
    [InlineData("${BLANK-d}", "")]
    [InlineData("${NONE-d}", "d")]
    [InlineData("${NONE-}", "")]
    [InlineData("${SET:?m}", "v")]
    [InlineData("${BLANK?m}", "")]
    [InlineData("${SET:+r}", "r")]
    [InlineData("${BLANK:+r}", "")]
    [InlineData("${NONE:+r}", "")]
    [InlineData("${SET+r}", "r")]
    [InlineData("${BLANK+r}", "r")]
    [InlineData("${NONE+r}", "")]
    [InlineData("${NONE:-${BLANK:-${OTHER}}}", "o")]
    [InlineData("${NONE:-a$SET-$$}", "av-$")]
    [InlineData("${SET:+${OTHER}}", "o")]
    [InlineData("$$SET", "$SET")]
    [InlineData("$${SET}", "${SET}")]
    [InlineData("$$$SET", "$v")]
    [InlineData("${NONE:-http://a:80/?b=c}", "http://a:80/?b=c")]
    public void Each_form_gives_what_Compose_gives(string text, string expected) =>
        Assert.Equal(expected, Reading.Service($"environment:\n  A: '{text}'", Some).Environment["A"]);

    [Theory]
    [InlineData("$NONE", "neither a value nor a default")]
    [InlineData("${NONE}", "neither a value nor a default")]
    [InlineData("${NONE?}", "must have a value")]
    [InlineData("${NONE?say it}", "say it")]
    [InlineData("${BLANK:?say it}", "say it")]
    [InlineData("${NONE:-${NEITHER}}", "NEITHER")]
    [InlineData("${", "name of a variable")]
    [InlineData("${}", "name of a variable")]
    [InlineData("${1}", "name of a variable")]
    [InlineData("$1", "name of a variable")]
    [InlineData("cost: 5$", "name of a variable")]
    [InlineData("${SET", "not closed")]
    [InlineData("${SET:-x", "not closed")]
    [InlineData("${SET!x}", "must go on with")]
    [InlineData("${SET:x}", "must go on with")]
    public void What_has_no_value_or_no_meaning_is_refused(string text, string because)
    {
        var finding = Reading.RefusedService($"environment:\n  A: '{text}'", variables: Some);

        Assert.Contains(because, finding.Reason, StringComparison.Ordinal);
        Assert.Equal((5, "services.web.environment.A"), (finding.Line, finding.Key));
    }

    [Theory]
    [InlineData("command: ${X}", 4, 14)]
    [InlineData("command: a ${X}", 4, 16)]
    [InlineData("command: 'a ${X}'", 4, 17)]
    [InlineData("command: |\n  one\n  two ${X}", 6, 5)]
    public void The_place_is_that_of_the_variable(string below, int line, int column)
    {
        var finding = Reading.RefusedService(below);

        Assert.Equal(line, finding.Line);
        // Within a block the indentation is not known any more: the column is that in the block.
        Assert.Equal(column, finding.Column);
    }

    [Fact]
    public void A_value_cannot_become_structure()
    {
        var service = Reading.Service("environment:\n  A: ${X}\nlabels: [\"l=${X}\"]", Reading.Values(("X", "x\n    privileged: true # {a: [b]}")));

        Assert.Equal("x\n    privileged: true # {a: [b]}", service.Environment["A"]);
        Assert.False(service.HostAccess.Privileged);
    }

    [Fact]
    public void A_value_is_typed_by_the_field_it_fills()
    {
        var service = Reading.Service("init: ${I}\ndeploy: {replicas: \"${N}\"}\nhostname: ${N}", Reading.Values(("I", "true"), ("N", "3")));

        Assert.Equal((true, 3, "3"), (service.Init!.Value, service.Replicas, service.Hostname));
        Assert.Contains("whole number", Reading.RefusedService("deploy: {replicas: '${N}'}", variables: Reading.Values(("N", "many"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_left_alone() => Assert.Contains("$SET", Reading.Service("labels: {$SET: a}", Some).Labels.Keys);

    [Fact]
    public void Extension_fields_may_hold_anything() => Reading.Accepted("x-note: costs $5\n" + Reading.Around("x-mine: [1, {a: b}]"));

    [Fact]
    public void Variables_are_found_once_each_with_line_and_default()
    {
        var found = ComposeReader.FindVariables("x-a: $NOT\nservices:\n  web:\n    image: a:${TAG:-1}\n    command: $CMD ${TAG}\n    user: ${U:-${V:-w}}\n    hostname: ${H?say}${P:+x}\n");

        Assert.Equal(
            [("TAG", 4, "1", true), ("CMD", 5, null, true), ("U", 6, "${V:-w}", false), ("V", 6, "w", false), ("H", 7, null, true), ("P", 7, null, false)],
            found.Select(v => (v.Name, v.Line, v.Default, v.Required)));
    }

    [Fact]
    public void No_variables_are_found_in_what_is_no_YAML() => Assert.Empty(ComposeReader.FindVariables("a: [ $B"));
}
