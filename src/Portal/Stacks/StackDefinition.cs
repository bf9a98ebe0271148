using System.Collections.Immutable;
using System.Text.Json;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>The texts of a stack and what was answered to them.</summary>
public sealed record StackDefinition(string Compose, string? Rancher, ImmutableSortedDictionary<string, string> Answers)
{
    /// <summary>Files that the text names, such as those of env_file, by the name as written there.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Typed, interpolated, and held against the policy.</summary>
    public ComposeResult Read(StackPolicy policy) => ComposeReader.Read(new ComposeSource(Compose, Rancher, Answers, policy, EnvFiles: Files));
}

/// <summary>Answers and files at rest: JSON, sealed whole, because any of them may be or hold a password.</summary>
public static class SealedAnswers
{
    private const string Purpose = "answers";
    private const string FilesPurpose = "files";

    public static StackDefinition OpenDefinition(this SecretBox box, Stack stack) =>
        new(stack.Compose, stack.Rancher, box.OpenAnswers(stack.AnswersSealed)) { Files = box.OpenFiles(stack.FilesSealed) };

    public static StackDefinition OpenDefinition(this SecretBox box, Revision revision) =>
        new(revision.Compose, revision.Rancher, box.OpenAnswers(revision.AnswersSealed)) { Files = box.OpenFiles(revision.FilesSealed) };

    /// <returns>Null where there are none.</returns>
    public static byte[]? SealFiles(this SecretBox box, ImmutableSortedDictionary<string, string> files) =>
        files.IsEmpty ? null : box.Seal(JsonSerializer.Serialize(files), FilesPurpose);

    public static ImmutableSortedDictionary<string, string> OpenFiles(this SecretBox box, byte[]? files) =>
        files is null ? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal) : JsonSerializer.Deserialize<ImmutableSortedDictionary<string, string>>(box.Open(files, FilesPurpose))!;

    public static byte[] SealAnswers(this SecretBox box, ImmutableSortedDictionary<string, string> answers) =>
        box.Seal(JsonSerializer.Serialize(answers), Purpose);

    public static ImmutableSortedDictionary<string, string> OpenAnswers(this SecretBox box, byte[] answers) =>
        JsonSerializer.Deserialize<ImmutableSortedDictionary<string, string>>(box.Open(answers, Purpose))!;
}
