using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <param name="Name">Of the file, without a folder.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record HostFile(string Name, string Content, string Uid, string Gid, int Mode);

/// <summary>
/// Files in a host's memory (tmpfs), to be mounted into containers: they are never on its disk, outlive a container's and an engine's
/// restart, and are gone with the host's power. An engine has no call for that; what has is a container that is never started (decision 0009).
/// </summary>
public sealed class HostMemory(IOptions<DeploymentOptions> options, TimeProvider clock)
{
    /// <summary>Below the host's folder; nobody but root may pass through it.</summary>
    private const string Below = "secrets";
    private const string Inside = "/portal";
    private const string PartLabel = "portal.part";
    private const string Part = "secret-files";
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);
    /// <summary>The first of them that is in memory is taken, where the settings name none.</summary>
    private static readonly string[] Usual = ["/run/portal", "/dev/shm/portal"];

    private readonly ConcurrentDictionary<Guid, string> roots = new();

    /// <summary>Makes them anew; what was there under the name is gone afterwards. May be repeated.</summary>
    /// <param name="image">Any that is on the host.</param>
    /// <param name="name">One folder's; that of the container which gets them.</param>
    /// <returns>The folder's path on the host.</returns>
    /// <exception cref="DeploymentException">The host has no folder in memory.</exception>
    public async Task<string> WriteAsync(EngineHost engine, string image, string name, IReadOnlyList<HostFile> files, CancellationToken cancellationToken)
    {
        if (roots.TryGetValue(engine.Host.Id, out var known))
        {
            await UnpackAsync(engine, image, name, known, files, cancellationToken);
            return PathOf(known, name);
        }

        string[] roomy = options.Value.SecretsFolder is { Length: > 0 } folder ? [folder] : Usual;
        foreach (var root in roomy)
        {
            if (await UnpackAsync(engine, image, name, root, files, cancellationToken))
            {
                roots[engine.Host.Id] = root;
                return PathOf(root, name);
            }
        }

        throw new DeploymentException(DeploymentReason.EngineRefused, $"Secrets are kept in the host's memory, and {string.Join(" and ", roomy)} of {engine.Host.Name} is on a disk. Mount a tmpfs there, or name another folder in Portal:Deployments:SecretsFolder.");
    }

    /// <summary>Takes a folder's files away. May be repeated.</summary>
    /// <param name="folder">As <see cref="WriteAsync"/> gave it.</param>
    public async Task RemoveAsync(EngineHost engine, string image, string folder, CancellationToken cancellationToken)
    {
        var name = folder[(folder.LastIndexOf('/') + 1)..];
        await UnpackAsync(engine, image, name, folder[..^(Below.Length + name.Length + 2)], null, cancellationToken);
    }

    /// <summary>The folder that holds a file, where the file is one of ours for this name.</summary>
    public static string? FolderOf(string file, string name) =>
        file.LastIndexOf('/') is > 0 and var cut && file[..cut].EndsWith($"/{Below}/{name}", StringComparison.Ordinal) ? file[..cut] : null;

    private static string PathOf(string root, string name) => $"{root}/{Below}/{name}";

    /// <param name="files">Null: none are to be left.</param>
    /// <returns>False where the folder is on a disk; then nothing was written.</returns>
    private async Task<bool> UnpackAsync(EngineHost engine, string image, string name, string root, IReadOnlyList<HostFile>? files, CancellationToken cancellationToken)
    {
        await ForgetAsync(engine, cancellationToken);
        var carrier = await CarrierAsync(engine, image, name, root, cancellationToken);
        try
        {
            if (!await IsInMemoryAsync(engine, carrier, cancellationToken))
            {
                return false;
            }

            using var archive = await PackAsync(name, files, cancellationToken);
            await engine.Client.Containers.PutArchiveAsync(carrier, Inside, archive, cancellationToken);
            return true;
        }
        finally
        {
            await engine.Client.Containers.RemoveAsync(carrier, force: true, cancel: CancellationToken.None);
        }
    }

    private static async Task<string> CarrierAsync(EngineHost engine, string image, string name, string root, CancellationToken cancellationToken)
    {
        var spec = new ContainerSpec
        {
            Image = image,
            // An image may have none; this one is never started.
            Command = ["never"],
            NetworkMode = "none",
            // In this form the engine makes the folder where there is none.
            Binds = [$"{root}:{Inside}"],
            Labels = new Dictionary<string, string> { [PartLabel] = Part },
        };
        return await engine.Client.Containers.CreateAsync($"portal-files-{Guid.CreateVersion7():N}-{name}", spec, cancellationToken);
    }

    /// <summary>A tmpfs counts twenty bytes for each entry of a directory, and begins with two; no file system on a disk does.</summary>
    private static async Task<bool> IsInMemoryAsync(EngineHost engine, string carrier, CancellationToken cancellationToken) =>
        (await engine.Client.Containers.StatAsync(carrier, Inside, cancellationToken)).Size is 40 or 60;

    /// <summary>Carriers that a killed portal left behind.</summary>
    private async Task ForgetAsync(EngineHost engine, CancellationToken cancellationToken)
    {
        foreach (var left in await engine.Client.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"{PartLabel}={Part}"] }, cancellationToken))
        {
            if (clock.GetUtcNow() - left.Created > Forgotten)
            {
                await engine.Client.Containers.RemoveAsync(left.Id, force: true, cancel: cancellationToken);
            }
        }
    }

    private static async Task<MemoryStream> PackAsync(string name, IReadOnlyList<HostFile>? files, CancellationToken cancellationToken)
    {
        var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, Below) { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute }, cancellationToken);
            // An engine removes no file, but puts one in a folder's place: the folder is gone then with all that it held.
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"{Below}/{name}") { Mode = UnixFileMode.UserRead }, cancellationToken);
            if (files is not null)
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, $"{Below}/{name}") { Mode = (UnixFileMode)0b111_101_101 }, cancellationToken);
                foreach (var file in files)
                {
                    var entry = new PaxTarEntry(TarEntryType.RegularFile, $"{Below}/{name}/{file.Name}")
                    {
                        Mode = (UnixFileMode)file.Mode,
                        Uid = int.Parse(file.Uid, CultureInfo.InvariantCulture),
                        Gid = int.Parse(file.Gid, CultureInfo.InvariantCulture),
                        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Content)),
                    };
                    await tar.WriteEntryAsync(entry, cancellationToken);
                }
            }
        }

        archive.Position = 0;
        return archive;
    }
}
