using System.Collections.Immutable;
using System.Text.Json;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>The texts of a stack and what was answered to them.</summary>
public sealed record StackDefinition(string Compose, string? Rancher, ImmutableSortedDictionary<string, string> Answers)
{
    /// <summary>Typed, interpolated, and held against the policy.</summary>
    public ComposeResult Read(StackPolicy policy) => ComposeReader.Read(new ComposeSource(Compose, Rancher, Answers, policy));
}

/// <summary>Answers at rest: JSON, sealed whole, because any of them may be a password.</summary>
public static class SealedAnswers
{
    private const string Purpose = "answers";

    public static byte[] SealAnswers(this SecretBox box, ImmutableSortedDictionary<string, string> answers) =>
        box.Seal(JsonSerializer.Serialize(answers), Purpose);

    public static ImmutableSortedDictionary<string, string> OpenAnswers(this SecretBox box, byte[] answers) =>
        JsonSerializer.Deserialize<ImmutableSortedDictionary<string, string>>(box.Open(answers, Purpose))!;
}
