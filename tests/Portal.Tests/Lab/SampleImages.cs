using Portal.Lab;

namespace Portal.Tests.Lab;

/// <summary>Versions of the sample service: built and pushed once, then varied in the registry.</summary>
public sealed class SampleImages : IDisposable
{
    private const string Repository = "lab/sample";
    private const string Tag = "base";
    private readonly RegistryLab registry;
    private readonly RegistryWriter writer;

    private readonly EngineLab engine;
    private readonly string published;

    private SampleImages(EngineLab engine, RegistryLab registry, string published) =>
        (this.engine, this.registry, this.published, writer) = (engine, registry, published, new RegistryWriter(registry.Address));

    public static async Task<SampleImages> MakeAsync(EngineLab engine, RegistryLab registry, string published)
    {
        var samples = new SampleImages(engine, registry, published);
        await samples.BuildAsync(Repository, Tag);
        return samples;
    }

    /// <summary>An image with a layer of its own, which nobody has: for whom the pull itself matters.</summary>
    public async Task<string> BuildAsync(string repository, string tag, params string[] environment)
    {
        var image = registry.Reference($"{repository}:{tag}");
        await LabImages.FromFolderAsync(engine.Client, image, published, ["/app/sample-web"], [$"ENV VERSION={tag}", .. environment.Select(pair => $"ENV {pair}")]);
        await LabImages.PushAsync(engine.Client, image);
        // So that whatever deploys it has to pull it, as from anybody's registry.
        await engine.Client.Images.RemoveAsync(image.ToString(), force: true);
        return image.ToString();
    }

    /// <param name="repository">Such as <c>acme/web</c>.</param>
    /// <param name="environment">What makes it misbehave: <c>EXIT_CODE=3</c>, <c>UNHEALTHY=true</c>, <c>START_DELAY_MS=3000</c>.</param>
    /// <returns>The reference, and the digest that the registry has it under.</returns>
    public async Task<(string Reference, string Digest)> PushAsync(string repository, string tag, params string[] environment) =>
        (registry.Reference($"{repository}:{tag}").ToString(), await writer.VaryAsync(Repository, Tag, repository, tag, [$"VERSION={tag}", .. environment]));

    public void Dispose() => writer.Dispose();
}
