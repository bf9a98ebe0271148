namespace Portal.Docker;

/// <summary>Where a registry listens.</summary>
/// <param name="Host">As image names spell it.</param>
/// <param name="Plain">Over HTTP without TLS, which somebody has decided for this host.</param>
internal sealed record RegistryOrigin(string Host, bool Plain)
{
    private const string DockerHubApi = "registry-1.docker.io";

    private Uri Root { get; } = new($"{(Plain ? Uri.UriSchemeHttp : Uri.UriSchemeHttps)}://{(Host == ImageReference.DockerHub ? DockerHubApi : Host)}/v2/");

    /// <param name="path">Below <c>/v2/</c>.</param>
    public Uri At(string path) => new(Root, path);

    /// <summary>Nothing goes over a plain connection that did not begin as one.</summary>
    public bool Allows(Uri address) => address.Scheme == Uri.UriSchemeHttps || (Plain && address.Scheme == Uri.UriSchemeHttp);
}
