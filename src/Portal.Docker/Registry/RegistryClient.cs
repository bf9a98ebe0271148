using System.Net;
using System.Security.Cryptography;

namespace Portal.Docker;

/// <summary>
/// Asks registries directly, as the OCI distribution specification has it. Thread-safe, keeps its connections and tokens. Every method throws
/// <see cref="RegistryException"/> when there is no answer to be had, after asking again where that could help.
/// </summary>
public sealed class RegistryClient : IDisposable
{
    // What the specification says that a registry need not exceed.
    private const int LargestManifest = 4 * 1024 * 1024;
    private const string DigestHeader = "Docker-Content-Digest";
    private static readonly string[] Manifests =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly RegistryClientOptions options;
    private readonly RegistryTransport transport;
    private readonly RegistryPermits permits;
    private readonly RegistryTokens tokens;
    private readonly RegistryRetry retry;

    public RegistryClient(RegistryClientOptions? options = null)
    {
        this.options = options ?? new RegistryClientOptions();
        transport = new RegistryTransport(this.options);
        permits = new RegistryPermits(this.options.Time);
        tokens = new RegistryTokens(transport, this.options.Time);
        retry = new RegistryRetry(this.options);
    }

    /// <summary>The digest that the registry has under the reference now.</summary>
    /// <param name="plainHttp">Without TLS; only for hosts of which somebody has said so.</param>
    /// <exception cref="ArgumentException">The reference has neither tag nor digest.</exception>
    public Task<string> ResolveAsync(ImageReference image, RegistryCredentials? credentials = null, bool plainHttp = false, CancellationToken cancel = default)
    {
        var version = image.Digest ?? image.Tag ?? throw new ArgumentException("A question names a tag or a digest.", nameof(image));
        var question = new Question(new RegistryOrigin(image.Registry, plainHttp), $"{image.Repository}/manifests/{version}", $"{image.Repository}:{version}", $"repository:{image.Repository}:pull", Manifests, credentials);
        return retry.RunAsync(image.Registry, token => DigestAsync(question, token), cancel);
    }

    /// <summary>Comes back when the registry lets the credentials in.</summary>
    /// <param name="host">As the first part of an image's name.</param>
    /// <exception cref="FormatException">Not a host, with or without a port.</exception>
    public Task PingAsync(string host, RegistryCredentials? credentials = null, bool plainHttp = false, CancellationToken cancel = default)
    {
        if (!ImageReference.IsRegistry(host))
        {
            throw new FormatException($"'{host}' is not a registry's host.");
        }

        var question = new Question(new RegistryOrigin(host, plainHttp), "", "/v2/, so it is no registry", "", [], credentials);
        return retry.RunAsync(host, token => EnterAsync(question, token), cancel);
    }

    /// <summary>What an image is made of: its layers as the registry has them, and what it runs.</summary>
    /// <param name="image">By digest, of a manifest or of an index.</param>
    /// <param name="architecture">As Go has it (<c>amd64</c>): which one is meant where there are several.</param>
    /// <exception cref="ArgumentException">The reference has no digest.</exception>
    public Task<RegistryImage> ImageAsync(ImageReference image, string architecture, RegistryCredentials? credentials = null, bool plainHttp = false, CancellationToken cancel = default)
    {
        var digest = image.Digest ?? throw new ArgumentException("What changes with a tag is not looked at.", nameof(image));
        var origin = new RegistryOrigin(image.Registry, plainHttp);
        return retry.RunAsync(image.Registry, token => ImageAsync(digest, token), cancel);

        async Task<RegistryImage> ImageAsync(string version, CancellationToken token)
        {
            var manifest = RegistryManifest.Read(await WholeAsync("manifests", version, Manifests, token).ConfigureAwait(false), origin.Host);
            if (manifest.Of(architecture) is { } one)
            {
                manifest = RegistryManifest.Read(await WholeAsync("manifests", one, Manifests, token).ConfigureAwait(false), origin.Host);
            }

            var config = manifest.ConfigDigest ?? throw RegistryFaults.Garbled(origin.Host, "its manifest names no configuration");
            return manifest.With(await WholeAsync("blobs", config, [], token).ConfigureAwait(false), origin.Host);
        }

        async Task<byte[]> WholeAsync(string kind, string version, IReadOnlyList<string> accept, CancellationToken token)
        {
            var question = new Question(origin, $"{image.Repository}/{kind}/{version}", $"{image.Repository}@{version}", $"repository:{image.Repository}:pull", accept, credentials);
            using var answer = await AskAsync(HttpMethod.Get, question, token).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                throw Refusal(answer, question);
            }

            var bytes = await RegistryTransport.ReadAsync(answer, origin.Host, LargestManifest, token).ConfigureAwait(false);
            return version == $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}" ? bytes : throw RegistryFaults.Garbled(origin.Host, "what it has there is not what the digest names");
        }
    }

    public void Dispose() => transport.Dispose();

    private async Task<string> DigestAsync(Question question, CancellationToken cancel)
    {
        using (var head = await AskAsync(HttpMethod.Head, question, cancel).ConfigureAwait(false))
        {
            if (head.IsSuccessStatusCode && head.Headers.TryGetValues(DigestHeader, out var values))
            {
                var digest = values.First();
                return ImageReference.IsDigest(digest) ? digest : throw RegistryFaults.Garbled(question.Origin.Host, "its digest is none");
            }

            if (!head.IsSuccessStatusCode && head.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented))
            {
                throw Refusal(head, question);
            }
        }

        // The header is only a recommendation; a digest is the hash of what is named by it.
        using var whole = await AskAsync(HttpMethod.Get, question, cancel).ConfigureAwait(false);
        if (!whole.IsSuccessStatusCode)
        {
            throw Refusal(whole, question);
        }

        if (whole.Content.Headers.ContentType?.MediaType is not { } type || !Manifests.Contains(type, StringComparer.OrdinalIgnoreCase))
        {
            throw RegistryFaults.Garbled(question.Origin.Host, "what it has there is no manifest");
        }

        var manifest = await RegistryTransport.ReadAsync(whole, question.Origin.Host, LargestManifest, cancel).ConfigureAwait(false);
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(manifest))}";
    }

    private async Task<bool> EnterAsync(Question question, CancellationToken cancel)
    {
        using var answer = await AskAsync(HttpMethod.Get, question, cancel).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? true : throw Refusal(answer, question);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, Question question, CancellationToken cancel)
    {
        var (origin, address) = (question.Origin, question.Origin.At(question.Path));
        var key = RegistryPermitKey.Of(origin, question.Credentials, question.Scope);
        var first = await transport.SendAsync(method, origin, address, question.Accept, permits.Find(key), cancel).ConfigureAwait(false);
        if (first.StatusCode != HttpStatusCode.Unauthorized)
        {
            return first;
        }

        RegistryChallenge? challenge;
        using (first)
        {
            challenge = RegistryChallenge.Read(first);
        }

        permits.Forget(key);
        var (authorization, until) = await tokens.AnswerAsync(challenge, origin, question.Scope, question.Credentials, cancel).ConfigureAwait(false);
        var second = await transport.SendAsync(method, origin, address, question.Accept, authorization, cancel).ConfigureAwait(false);
        if (second.StatusCode != HttpStatusCode.Unauthorized)
        {
            permits.Keep(key, authorization, until);
        }

        return second;
    }

    private RegistryException Refusal(HttpResponseMessage answer, Question question) =>
        RegistryFaults.FromStatus(answer, question.Origin.Host, question.What, question.Credentials, options.Time);

    /// <param name="Path">Below <c>/v2/</c>.</param>
    /// <param name="What">What a registry lacks that answers 404.</param>
    private sealed record Question(RegistryOrigin Origin, string Path, string What, string Scope, IReadOnlyList<string> Accept, RegistryCredentials? Credentials);
}
