using YamlDotNet.Serialization;

namespace Portal.Stacks.Adopting;

internal static class YamlText
{
    // A text that looks like a number or a truth is quoted, so that it is read back as the text that it was.
    private static readonly ISerializer Serializer = new SerializerBuilder().WithQuotingNecessaryStrings(quoteYaml1_1Strings: true).DisableAliases().WithIndentedSequences().Build();

    /// <param name="document">Maps with text keys, lists, texts, numbers and truths.</param>
    public static string Of(Dictionary<string, object> document) => Serializer.Serialize(document);
}
