using Portal.Docker;

namespace Portal.Pages.Webhooks;

/// <summary>How to call a webhook, with an image that its stack really runs.</summary>
/// <param name="Image">Without tag.</param>
public sealed record HookExample(string Image, string Tag)
{
    /// <param name="images">Service → reference; null where the stack cannot be read.</param>
    /// <param name="services">Those that the webhook is for; empty: all.</param>
    public static HookExample Of(IReadOnlyDictionary<string, string>? images, IReadOnlyCollection<string> services) =>
        images?.Where(image => services.Count == 0 || services.Contains(image.Key)).Select(image => image.Value).Select(reference => ImageReference.TryParse(reference, out var image) ? image : null).FirstOrDefault(image => image is not null) is { } first
            ? new HookExample(first.Name, first.Tag ?? "latest")
            : new HookExample("registry.example.com/acme/web", "1");

    /// <summary>Shell lines that sign the body and wait for the outcome: they fail when the deployment does.</summary>
    /// <param name="secret">In clear, or a shell variable that holds it.</param>
    public string Shell(string address, string secret) => $$"""
        body='{"image":"{{Image}}","tag":"{{Tag}}"}'
        signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "{{secret}}" -r | cut -d' ' -f1)
        curl --fail-with-body -sS -X POST "{{address}}?wait=300" \
          -H "Content-Type: application/json" \
          -H "X-Hub-Signature-256: sha256=$signature" \
          --data "$body"
        """;
}
