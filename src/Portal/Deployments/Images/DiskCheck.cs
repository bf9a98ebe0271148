using System.Globalization;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Docker;
using Portal.Registries.Lookup;

namespace Portal.Deployments.Images;

/// <summary>
/// Says before a pull that it cannot fit, where that can be known: the engine's data root lies on this machine, and the registry tells the
/// layers' sizes. Where it cannot be known nothing is guessed, and a disk that fills up during the pull is what it is (decision 0013).
/// </summary>
public sealed class DiskCheck(EngineRegistryBook book, RegistryLookup lookup, IOptions<ImageOptions> options)
{
    private const long MiB = 1024 * 1024;

    /// <summary>A layer lies there packed while it is unpacked, and is no smaller afterwards.</summary>
    private const int PackedAndUnpacked = 2;

    /// <exception cref="DeploymentException">It does not fit.</exception>
    public async Task CheckAsync(EngineHost engine, ImageReference image, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        if (await FreeAsync(engine, cancellationToken) is not var (root, free) || await FindAsync(engine, image, credentials, cancellationToken) is not { } wanted)
        {
            return;
        }

        var kept = options.Value.KeepFree * MiB;
        if (Needed(wanted.Layers, 0) + kept <= free)
        {
            return;
        }

        // Only now: every image of the host has to be looked at.
        var there = await LayersThereAsync(engine, wanted, cancellationToken);
        if (Needed(wanted.Layers, there) is > 0 and var needed && needed + kept > free)
        {
            throw new DeploymentException(DeploymentReason.ImageUnavailable, string.Create(CultureInfo.InvariantCulture, $"""
                {image} does not fit on the host: it needs at least {Show(needed)} MiB ({Show(needed / PackedAndUnpacked)} to fetch in {wanted.Layers.Count - there} of {wanted.Layers.Count} layers, and as much again unpacked), and of the {Show(free)} MiB that are free under {root} {Show(kept)} are kept free. Nothing was fetched. Remove what nobody needs, or give the host more disk.
                """));
        }
    }

    /// <param name="there">How many of the lowest layers the host has.</param>
    internal static long Needed(IReadOnlyList<RegistryLayer> layers, int there) => layers.Skip(there).Sum(layer => layer.Size) * PackedAndUnpacked;

    /// <summary>A layer is used again where all that lies below it is the same.</summary>
    internal static int Shared(IReadOnlyList<RegistryLayer> wanted, IReadOnlyList<string> there) => wanted.Zip(there).TakeWhile(pair => pair.First.Unpacked == pair.Second).Count();

    private async Task<(string Root, long Free)?> FreeAsync(EngineHost engine, CancellationToken cancellationToken)
    {
        // What a remote engine's path would name here is another disk.
        if (engine.Client.Endpoint.SocketPath is null || await book.RootAsync(engine.Client, cancellationToken) is not { Length: > 0 } root || !Directory.Exists(root))
        {
            return null;
        }

        return (root, new DriveInfo(root).AvailableFreeSpace);
    }

    private async Task<RegistryImage?> FindAsync(EngineHost engine, ImageReference image, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        try
        {
            return await lookup.ImageAsync(new ImageQuestion(engine.Client, image, credentials), cancellationToken);
        }
        catch (RegistryException)
        {
            // The pull asks the same registry, again and again where that helps, and says what it says.
            return null;
        }
    }

    private static async Task<int> LayersThereAsync(EngineHost engine, RegistryImage wanted, CancellationToken cancellationToken)
    {
        var most = 0;
        foreach (var one in await engine.Client.Images.ListAsync(cancel: cancellationToken))
        {
            // Removals run beside us: what was listed may be gone by now.
            most = Math.Max(most, Shared(wanted.Layers, (await engine.Client.Images.FindAsync(one.Id, cancellationToken))?.Layers ?? []));
        }

        return most;
    }

    private static string Show(long bytes) => (bytes / (double)MiB).ToString("0.0", CultureInfo.InvariantCulture);
}
