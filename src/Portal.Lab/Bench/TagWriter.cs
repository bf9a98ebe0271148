using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Lab.Bench;

/// <summary>Writes many tags to a registry, each with a digest of its own: manifests that nobody runs.</summary>
internal sealed class TagWriter(Uri registry, string repository) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = registry };

    public async Task WriteAsync(IReadOnlyList<string> tags, CancellationToken cancel)
    {
        var config = """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(config))}";
        using var begun = await http.PostAsync(new Uri($"v2/{repository}/blobs/uploads/", UriKind.Relative), null, cancel);
        var upload = begun.EnsureSuccessStatusCode().Headers.Location!;
        using var blob = new ByteArrayContent(config) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var stored = await http.PutAsync(new Uri($"{upload}&digest={Uri.EscapeDataString(digest)}"), blob, cancel);
        stored.EnsureSuccessStatusCode();
        foreach (var tag in tags)
        {
            const string type = "application/vnd.docker.distribution.manifest.v2+json";
            var text = $$$"""{"schemaVersion":2,"mediaType":"{{{type}}}","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{{config.Length}}},"digest":"{{{digest}}}"},"layers":[],"annotations":{"tag":"{{{tag}}}"}}""";
            using var manifest = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
            using var answer = await http.PutAsync(new Uri($"v2/{repository}/manifests/{tag}", UriKind.Relative), manifest, cancel);
            answer.EnsureSuccessStatusCode();
        }
    }

    public void Dispose() => http.Dispose();
}
