using System.Security.Cryptography;
using System.Text;
using Portal.Clusters;
using Portal.Compose;
using Portal.Docker;
using Portal.Stacks;

namespace Portal.Deployments.Engine;

/// <summary>
/// Gives containers their secrets: as files, which lie in the host's memory and are mounted one by one, and as variables. A container whose
/// files are gone, as after the host was switched off, does not start without them: whoever heals it puts them back.
/// </summary>
public sealed class SecretFiles(SecretValues values, HostMemory memory)
{
    /// <summary>What a container that is about to be made has besides its specification. May be repeated.</summary>
    /// <param name="container">Its name.</param>
    public async Task<ContainerSpec> AddAsync(EngineHost engine, StackPlace place, RenderedStack rendered, ServiceSpec service, string container, ContainerSpec spec, CancellationToken cancellationToken)
    {
        if (service.Secrets.IsEmpty && service.SecretVariables.IsEmpty)
        {
            return spec;
        }

        var known = await values.ReadAsync(place.Tenant, rendered, service, cancellationToken);
        var environment = spec.Environment.ToDictionary(StringComparer.Ordinal);
        foreach (var variable in service.SecretVariables)
        {
            environment[variable.Variable] = known[variable.Source];
        }

        if (service.Secrets.IsEmpty)
        {
            return spec with { Environment = environment };
        }

        var folder = await WriteAsync(engine, spec.Image, service, container, known, cancellationToken);
        return spec with
        {
            Environment = environment,
            Mounts = [.. spec.Mounts, .. Targets(service).Select(file => new Docker.MountSpec(Docker.MountKind.Bind, $"{folder}/{FileName(file)}", file.Target, ReadOnly: true))],
        };
    }

    /// <summary>Before a start: where the files of a container that was made before are gone, they are put back.</summary>
    public async Task RestoreAsync(EngineHost engine, StackPlace place, RenderedStack rendered, ServiceSpec service, string containerId, CancellationToken cancellationToken)
    {
        if (service.Secrets.IsEmpty)
        {
            return;
        }

        try
        {
            foreach (var file in Targets(service))
            {
                await engine.Client.Containers.StatAsync(containerId, file.Target, cancellationToken);
            }
        }
        catch (EngineException error) when (error.Kind is EngineErrorKind.NotFound or EngineErrorKind.Other)
        {
            var details = await engine.Client.Containers.InspectAsync(containerId, cancellationToken);
            var known = await values.ReadAsync(place.Tenant, rendered, service, cancellationToken);
            await WriteAsync(engine, details.ImageId, service, details.Name, known, cancellationToken);
        }
    }

    /// <summary>Before a container is removed: its files go first, so that one who dies in between leaves a container to be removed again.</summary>
    public async Task RemoveAsync(EngineHost engine, string containerId, CancellationToken cancellationToken)
    {
        var details = await engine.Client.Containers.InspectAsync(containerId, cancellationToken);
        var folder = details.Mounts.Where(mount => mount.Kind == Docker.MountKind.Bind).Select(mount => HostMemory.FolderOf(mount.Source, details.Name)).FirstOrDefault(found => found is not null);
        if (folder is not null)
        {
            await memory.RemoveAsync(engine, details.ImageId, folder, cancellationToken);
        }
    }

    private Task<string> WriteAsync(EngineHost engine, string image, ServiceSpec service, string container, IReadOnlyDictionary<string, string> known, CancellationToken cancellationToken) =>
        memory.WriteAsync(engine, image, container, [.. Targets(service).Select(file => new HostFile(FileName(file), known[file.Source], file.Uid, file.Gid, file.Mode))], cancellationToken);

    /// <summary>Of two for one path the later, as where files are laid over each other.</summary>
    private static IEnumerable<SecretMount> Targets(ServiceSpec service) => service.Secrets.GroupBy(file => file.Target, StringComparer.Ordinal).Select(same => same.Last());

    /// <summary>The same for the same path, in whatever order the text names them.</summary>
    private static string FileName(SecretMount file) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Target)))[..16];
}
