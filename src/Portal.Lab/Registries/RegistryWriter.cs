using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Portal.Lab;

/// <summary>
/// Writes into a registry without an engine: a variant of an image that it has is one small text more, where building and pushing it
/// takes seconds.
/// </summary>
public sealed class RegistryWriter(Uri registry) : IDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
    private readonly HttpClient http = new() { BaseAddress = registry };

    /// <summary>The same layers with further environment variables.</summary>
    /// <param name="environment">Such as <c>VERSION=2</c>; later ones win.</param>
    /// <returns>The digest of the new image.</returns>
    public async Task<string> VaryAsync(string fromRepository, string fromTag, string repository, string tag, IEnumerable<string> environment, CancellationToken cancel = default)
    {
        var manifest = await ManifestAsync(fromRepository, fromTag, cancel);
        var config = JsonNode.Parse(await http.GetStringAsync(Address($"{fromRepository}/blobs/{(string)manifest["config"]!["digest"]!}"), cancel))!;
        var variables = config["config"]!["Env"] as JsonArray ?? [];
        foreach (var variable in environment)
        {
            var name = variable.Split('=')[0];
            foreach (var old in variables.Where(old => ((string)old!).Split('=')[0] == name).ToList())
            {
                variables.Remove(old);
            }

            variables.Add(variable);
        }

        config["config"]!["Env"] = variables.DeepClone();
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            await MountAsync(repository, (string)layer!["digest"]!, fromRepository, cancel);
        }

        var bytes = System.Text.Encoding.UTF8.GetBytes(config.ToJsonString());
        (manifest["config"]!["digest"], manifest["config"]!["size"]) = (await BlobAsync(repository, bytes, cancel), bytes.Length);
        return await ManifestAsync(repository, tag, manifest, cancel);
    }

    /// <returns>Its digest.</returns>
    public async Task<string> BlobAsync(string repository, byte[] bytes, CancellationToken cancel = default)
    {
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        using var begun = await http.PostAsync(Address($"{repository}/blobs/uploads/"), null, cancel);
        var upload = begun.EnsureSuccessStatusCode().Headers.Location!;
        using var blob = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var stored = await http.PutAsync(new Uri($"{upload}&digest={Uri.EscapeDataString(digest)}"), blob, cancel);
        stored.EnsureSuccessStatusCode();
        return digest;
    }

    /// <returns>Its digest.</returns>
    public async Task<string> ManifestAsync(string repository, string tag, JsonNode manifest, CancellationToken cancel = default)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString())) { Headers = { ContentType = new MediaTypeHeaderValue(ManifestType) } };
        using var answer = await http.PutAsync(Address($"{repository}/manifests/{tag}"), content, cancel);
        return answer.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    public void Dispose() => http.Dispose();

    private static Uri Address(string path) => new($"v2/{path}", UriKind.Relative);

    private async Task<JsonNode> ManifestAsync(string repository, string tag, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address($"{repository}/manifests/{tag}")) { Headers = { { "Accept", ManifestType } } };
        using var answer = await http.SendAsync(request, cancel);
        return JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancel))!;
    }

    private async Task MountAsync(string repository, string digest, string from, CancellationToken cancel)
    {
        using var answer = await http.PostAsync(Address($"{repository}/blobs/uploads/?mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(from)}"), null, cancel);
        if (answer.StatusCode != HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"The registry does not share {digest} of {from}: {(int)answer.StatusCode}.");
        }
    }
}
