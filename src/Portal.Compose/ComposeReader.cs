using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>A variable that a text asks for.</summary>
/// <param name="Line">of its first use</param>
/// <param name="Default">what stands in for it, as the text has it; null when there is none</param>
/// <param name="Required">some use of it is refused without a value</param>
public sealed record VariableUse(string Name, int Line, int Column, string? Default, bool Required);

/// <summary>Reads Compose texts, with what Rancher adds to them. Pure: the same source always gives the same result.</summary>
public static class ComposeReader
{
    /// <summary>Never throws, whatever the text: what is wrong with it is in the findings.</summary>
    public static ComposeResult Read(ComposeSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new StackReader(source).Read();
    }

    /// <summary>The variables of a text in the order of their first use; none where it is no YAML.</summary>
    public static ImmutableArray<VariableUse> FindVariables(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return VariableFinder.Find(text);
    }
}
