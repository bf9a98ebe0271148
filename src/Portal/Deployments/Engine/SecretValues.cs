using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Redaction;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Secrets;

namespace Portal.Deployments.Engine;

/// <summary>The values of the secrets that a service reads: opened when its container is made, and kept nowhere.</summary>
public sealed class SecretValues(PortalDbFactory databases, SecretBox box, Redactor redactor)
{
    /// <returns>By the name that the stack has for each.</returns>
    /// <exception cref="DeploymentException">The tenant no longer has the secret in the version of the revision.</exception>
    public async Task<ImmutableDictionary<string, string>> ReadAsync(Guid tenant, RenderedStack rendered, ServiceSpec service, CancellationToken cancellationToken)
    {
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var source in service.Secrets.Select(file => file.Source).Concat(service.SecretVariables.Select(variable => variable.Source)).Distinct(StringComparer.Ordinal))
        {
            var spec = rendered.Compose.Secrets.Single(candidate => candidate.Name == source);
            values[source] = spec.Value ?? await OpenAsync(tenant, spec.TenantSecret!, rendered.SecretVersions[spec.TenantSecret!], cancellationToken);
        }

        // Whoever opens a value says so before anybody can print it.
        redactor.Learn(tenant, values.Values);
        return values.ToImmutable();
    }

    private async Task<string> OpenAsync(Guid tenant, string name, int version, CancellationToken cancellationToken)
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
