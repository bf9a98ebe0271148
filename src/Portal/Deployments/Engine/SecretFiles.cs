using System.Formats.Tar;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Compose;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Secrets;

namespace Portal.Deployments.Engine;

/// <summary>Puts a service's secrets into a container that was made and not yet started, as files below <c>/run/secrets</c>.</summary>
public sealed class SecretFiles(PortalDbFactory databases, SecretBox box)
{
    public async Task PlaceAsync(EngineHost engine, Guid tenant, string containerId, RenderedStack rendered, ServiceSpec service, CancellationToken cancellationToken)
    {
        if (service.Secrets.IsEmpty)
        {
            return;
        }

        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var secret in service.Secrets)
            {
                var spec = rendered.Compose.Secrets.Single(candidate => candidate.Name == secret.Source);
                var value = spec.Value ?? await ReadAsync(tenant, spec.TenantSecret!, rendered.SecretVersions[spec.TenantSecret!], cancellationToken);
                var entry = new PaxTarEntry(TarEntryType.RegularFile, secret.Target.TrimStart('/')) { Mode = (UnixFileMode)secret.Mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(value)) };
                entry.Uid = int.TryParse(secret.Uid, out var uid) ? uid : 0;
                entry.Gid = int.TryParse(secret.Gid, out var gid) ? gid : 0;
                await tar.WriteEntryAsync(entry, cancellationToken);
            }
        }

        archive.Position = 0;
        await engine.Client.Containers.PutArchiveAsync(containerId, "/", archive, cancellationToken);
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
