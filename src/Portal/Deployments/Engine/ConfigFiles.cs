using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Portal.Clusters;
using Portal.Compose;
using Portal.Stacks;

namespace Portal.Deployments.Engine;

/// <summary>Puts a service's configs into a container that was made and not yet started.</summary>
internal static class ConfigFiles
{
    public static async Task PlaceAsync(EngineHost engine, string containerId, RenderedStack rendered, ServiceSpec service, CancellationToken cancellationToken)
    {
        foreach (var folder in service.Configs.GroupBy(config => ContainerParts.FolderApart(service, config.Target)))
        {
            using var archive = new MemoryStream();
            await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            {
                foreach (var config in folder)
                {
                    var content = rendered.Compose.Configs.Single(candidate => candidate.Name == config.Source).Content;
                    var entry = new PaxTarEntry(TarEntryType.RegularFile, config.Target[(folder.Key?.Length ?? 0)..].TrimStart('/'))
                    {
                        Mode = (UnixFileMode)config.Mode,
                        Uid = int.Parse(config.Uid, CultureInfo.InvariantCulture),
                        Gid = int.Parse(config.Gid, CultureInfo.InvariantCulture),
                        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                    };
                    await tar.WriteEntryAsync(entry, cancellationToken);
                }
            }

            archive.Position = 0;
            await engine.Client.Containers.PutArchiveAsync(containerId, folder.Key ?? "/", archive, cancellationToken);
        }
    }
}
