using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>Reads definitions, each once: the same text with the same answers means the same.</summary>
public sealed class DefinitionReader
{
    // A bound keeps a long-lived process small; what is thrown away is read again.
    private const int Kept = 256;
    private readonly ConcurrentDictionary<string, ComposeResult> read = new(StringComparer.Ordinal);

    public ComposeResult Read(StackDefinition definition)
    {
        var key = Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(definition)));
        if (read.TryGetValue(key, out var known))
        {
            return known;
        }

        if (read.Count >= Kept)
        {
            read.Clear();
        }

        return read[key] = definition.Read(StackPolicy.Default);
    }
}
