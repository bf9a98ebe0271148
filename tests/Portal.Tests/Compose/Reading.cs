using Portal.Compose;

namespace Portal.Tests.Compose;

/// <summary>Short ways to read a text in a test, with the findings in the failure's message.</summary>
internal static class Reading
{
    public static ComposeResult Of(string text, IReadOnlyDictionary<string, string>? variables = null, StackPolicy? policy = null, string? rancher = null,
        IReadOnlyDictionary<string, string>? files = null, IReadOnlyCollection<string>? profiles = null) =>
        ComposeReader.Read(new ComposeSource(text, rancher, variables, policy, EnvFiles: files, Profiles: profiles));

    public static ComposeStack Accepted(string text, IReadOnlyDictionary<string, string>? variables = null, StackPolicy? policy = null, string? rancher = null,
        IReadOnlyDictionary<string, string>? files = null, IReadOnlyCollection<string>? profiles = null)
    {
        var result = Of(text, variables, policy, rancher, files, profiles);
        Assert.True(result.Verdict == Verdict.Accepted, string.Join('\n', result.Findings));
        return result.Stack!;
    }

    /// <summary>The one service of a text that is accepted; what is given are the lines below its image.</summary>
    public static ServiceSpec Service(string below, IReadOnlyDictionary<string, string>? variables = null, StackPolicy? policy = null, string sections = "",
        IReadOnlyDictionary<string, string>? files = null) =>
        Accepted(Around(below, sections), variables, policy, null, files).Services.Single(s => s.Name == "web");

    /// <summary>A text with one service; the lines below its image begin in line 4.</summary>
    public static string Around(string below, string sections = "") =>
        "services:\n  web:\n    image: shop/web:1\n" + string.Concat(below.ReplaceLineEndings("\n").Split('\n').Select(l => $"    {l}\n")) + sections + "\n";

    public static Finding Refused(string text, StackPolicy? policy = null, IReadOnlyDictionary<string, string>? variables = null, string? rancher = null,
        IReadOnlyDictionary<string, string>? files = null)
    {
        var result = Of(text, variables, policy, rancher, files);
        Assert.True(result.Verdict == Verdict.Refused, string.Join('\n', result.Findings));
        Assert.Null(result.Stack);
        return result.Findings.First(f => f.Outcome == FindingOutcome.Refused);
    }

    public static Finding RefusedService(string below, StackPolicy? policy = null, string sections = "", IReadOnlyDictionary<string, string>? variables = null) =>
        Refused(Around(below, sections), policy, variables);

    public static Dictionary<string, string> Values(params (string Name, string Value)[] pairs) => pairs.ToDictionary(p => p.Name, p => p.Value);
}
