using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Portal.Webhooks.Intake;

/// <summary>One call as it came, apart from HTTP.</summary>
/// <param name="HookId">Null where the address holds no id at all.</param>
/// <param name="Headers">Those worth keeping, credentials masked.</param>
/// <param name="SenderId">The sender's own id of this delivery.</param>
/// <param name="Event">The sender's name for what happened.</param>
public sealed record HookCall(
    Guid? HookId, string Source, DateTimeOffset ReceivedAt, string? ContentType, HookProof Proof, string? SenderId, string? Event, string Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>As text for people and for the row; PostgreSQL's text holds no NUL.</summary>
    public string Text(int longest = int.MaxValue) =>
        Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, longest)]).Replace('\0', '\uFFFD');
}

/// <summary>Reads a call's headers: proof, delivery id, and what is kept of them.</summary>
public static class HookHeaders
{
    private const int LongestKept = 300;
    private const int LongestId = 200;
    private const string Bearer = "Bearer ";
    private const string Signature = "X-Hub-Signature-256";
    private const string OldSignature = "X-Hub-Signature";
    private const string Timestamp = "X-Timestamp";

    private static readonly string[] Ids = ["X-GitHub-Delivery", "Idempotency-Key", "X-Delivery-Id"];
    private static readonly string[] Events = ["X-GitHub-Event", "X-Gitlab-Event"];
    private static readonly string[] Kept = ["User-Agent", "Content-Type", Timestamp, "X-Gitlab-Event-UUID", .. Ids, .. Events];
    private static readonly string[] Masked = [Signature, OldSignature, "Authorization", "X-Gitlab-Token"];

    public static HookProof Proof(IHeaderDictionary headers)
    {
        var authorization = One(headers, "Authorization");
        var signature = One(headers, Signature);
        return new HookProof(
            signature,
            One(headers, Timestamp),
            authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? authorization[Bearer.Length..].Trim() : null,
            signature is null && headers.ContainsKey(OldSignature));
    }

    /// <summary>With the header's name, so that two senders' ids do not meet. Null where none was sent.</summary>
    public static string? SenderId(IHeaderDictionary headers) =>
        Ids.Select(name => (name, value: One(headers, name)))
            .Where(id => !string.IsNullOrWhiteSpace(id.value))
            .Select(id => $"{id.name.ToLowerInvariant()}:{Short(id.value!)}")
            .FirstOrDefault();

    public static string? Event(IHeaderDictionary headers) => Events.Select(name => One(headers, name)).FirstOrDefault(value => value is not null);

    /// <summary>As JSON. The value of a credential never leaves here.</summary>
    public static string Keep(IHeaderDictionary headers)
    {
        var kept = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Kept.Where(headers.ContainsKey))
        {
            var value = Clean(headers[name].ToString());
            kept[name] = value.Length > LongestKept ? value[..LongestKept] + "…" : value;
        }

        foreach (var name in Masked.Where(headers.ContainsKey))
        {
            kept[name] = "***";
        }

        return JsonSerializer.Serialize(kept);
    }

    /// <summary>A header sent twice is nobody's word.</summary>
    private static string? One(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : values.Count > 1 ? "" : null;

    private static string Short(string id) => id.Length <= LongestId ? Clean(id) : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string Clean(string value) => string.Concat(value.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '\uFFFD' : letter));
}
