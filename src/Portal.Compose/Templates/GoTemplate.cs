using System.Collections.Immutable;

namespace Portal.Compose;

/// <param name="Text">null when there is a finding</param>
public sealed record TemplateRenderResult(string? Text, ImmutableArray<Finding> Findings);

/// <summary>
/// Renders the part of Go's templates that Rancher's <c>.tpl</c> files use: <c>.Values.NAME</c>, <c>if</c> with
/// <c>eq</c>, <c>ne</c> and <c>or</c>, <c>else</c>, <c>range $i, $e := atoi .Values.NAME | until</c>, <c>end</c>, and trimming
/// with <c>{{-</c> and <c>-}}</c>. Anything else is refused with its line.
/// </summary>
public static class GoTemplate
{
    /// <summary>
    /// Never throws. A dollar sign in a value comes out doubled, since variables are filled into the outcome afterwards
    /// and a value is not to be read as one.
    /// </summary>
    public static TemplateRenderResult Render(string text, IReadOnlyDictionary<string, string> values, string fileName = "docker-compose.yml.tpl")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(values);
        try
        {
            var nodes = GoParser.Parse(text);
            return new TemplateRenderResult(new GoRenderer(values).Render(nodes), []);
        }
        catch (GoTemplateException e)
        {
            return new TemplateRenderResult(null, [new Finding(fileName, e.Line, 1, "", FindingOutcome.Refused, e.Message)]);
        }
    }
}

/// <summary>Ends the reading of one template; never leaves <see cref="GoTemplate"/>.</summary>
internal sealed class GoTemplateException(int line, string reason) : Exception(reason)
{
    public int Line => line;
}
