using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>A variable that a text asks for.</summary>
/// <param name="Line">of its first use</param>
/// <param name="Default">what stands in for it, as the text has it; null when there is none</param>
/// <param name="Required">some use of it is refused without a value</param>
public sealed record VariableUse(string Name, int Line, int Column, string? Default, bool Required);

/// <param name="Findings">empty when all lines are well formed</param>
public sealed record VariablesResult(ImmutableSortedDictionary<string, string> Values, ImmutableArray<Finding> Findings);

/// <summary>Reads Compose texts, with what Rancher adds to them. Pure: the same source always gives the same result.</summary>
public static class ComposeReader
{
    /// <summary>Never throws, whatever the text: what is wrong with it is in the findings.</summary>
    public static ComposeResult Read(ComposeSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new StackReader(source).Read();
    }

    /// <summary>The pairs of a text made of <c>NAME=value</c> lines, as an env file has them. Never throws; a wrong line is a refused finding.</summary>
    /// <param name="known">values that later lines may use, and that a name without a value takes</param>
    public static VariablesResult ReadVariables(string text, string fileName, IReadOnlyDictionary<string, string>? known = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var context = new ReadContext(new ComposeSource("", Variables: known));
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        new EnvFileReader(context).Read(fileName, text, raw: false, values);
        return new VariablesResult(values.ToImmutableSortedDictionary(StringComparer.Ordinal), context.Log.InOrder([fileName]));
    }

    /// <summary>The variables of a text in the order of their first use; none where it is no YAML.</summary>
    public static ImmutableArray<VariableUse> FindVariables(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return VariableFinder.Find(text);
    }
}
