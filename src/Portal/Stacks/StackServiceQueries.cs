using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <param name="Ports">TCP ports that it says it offers.</param>
public sealed record StackServiceView(string Stack, string Service, ImmutableArray<int> Ports);

/// <summary>The services that a tenant's stacks are made of, by their current text.</summary>
public sealed class StackServiceQueries(PortalDbFactory databases, SecretBox box)
{
    /// <summary>By stack and service. A stack whose text cannot be used any more has none.</summary>
    public async Task<IReadOnlyList<StackServiceView>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var stacks = await db.Stacks.AsNoTracking().Where(stack => stack.RemovedAt == null).OrderBy(stack => stack.Name).ToListAsync(cancellationToken);
        return
        [
            .. from stack in stacks
               let read = box.OpenDefinition(stack).Read(StackPolicy.Default)
               where read.Verdict == Verdict.Accepted
               from service in read.Stack!.Services
               orderby stack.Name, service.Name
               select new StackServiceView(stack.Name, service.Name, [.. ServicePorts.Of(service)]),
        ];
    }
}
