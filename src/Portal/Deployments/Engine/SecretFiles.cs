using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Compose;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Secrets;

namespace Portal.Deployments.Engine;

/// <summary>Puts a service's secrets and configs into a container that was made and not yet started, as files.</summary>
public sealed class SecretFiles(PortalDbFactory databases, SecretBox box)
{
    public async Task PlaceAsync(EngineHost engine, Guid tenant, string containerId, RenderedStack rendered, ServiceSpec service, CancellationToken cancellationToken)
    {
        if (service.Secrets.IsEmpty && service.Configs.IsEmpty)
        {
            return;
        }

        List<(string Target, string Content, string Uid, string Gid, int Mode)> files =
            [.. service.Configs.Select(config => (config.Target, rendered.Compose.Configs.Single(candidate => candidate.Name == config.Source).Content, config.Uid, config.Gid, config.Mode))];
        foreach (var secret in service.Secrets)
        {
            var spec = rendered.Compose.Secrets.Single(candidate => candidate.Name == secret.Source);
            var value = spec.Value ?? await ReadAsync(tenant, spec.TenantSecret!, rendered.SecretVersions[spec.TenantSecret!], cancellationToken);
            files.Add((secret.Target, value, secret.Uid, secret.Gid, secret.Mode));
        }

        foreach (var folder in files.GroupBy(file => ContainerParts.FolderApart(service, file.Target)))
        {
            using var archive = new MemoryStream();
            await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            {
                foreach (var file in folder)
                {
                    var entry = new PaxTarEntry(TarEntryType.RegularFile, file.Target[(folder.Key?.Length ?? 0)..].TrimStart('/'))
                    {
                        Mode = (UnixFileMode)file.Mode,
                        Uid = int.Parse(file.Uid, CultureInfo.InvariantCulture),
                        Gid = int.Parse(file.Gid, CultureInfo.InvariantCulture),
                        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Content)),
                    };
                    await tar.WriteEntryAsync(entry, cancellationToken);
                }
            }

            archive.Position = 0;
            await engine.Client.Containers.PutArchiveAsync(containerId, folder.Key ?? "/", archive, cancellationToken);
        }
    }

    private async Task<string> ReadAsync(Guid tenant, string name, int version, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var value = await (
            from secret in db.Secrets
            join stored in db.SecretVersions on secret.Id equals stored.SecretId
            where secret.Name == name && stored.Version == version
            select stored.ValueSealed).SingleOrDefaultAsync(cancellationToken)
            ?? throw new DeploymentException(DeploymentReason.DefinitionUnusable, $"The secret {name} is not there in version {version} any more.");
        return box.Open(value, SetSecret.Purpose);
    }
}
