using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Docker;
using Portal.Store;

namespace Portal.Stacks.Adopting;

public abstract record AdoptStackResult
{
    /// <param name="Definition">What the stack was made of.</param>
    public sealed record Adopted(CreateStackResult.Created Created, AdoptedDefinition Definition) : AdoptStackResult;

    /// <param name="Definition">What it would be made of.</param>
    public sealed record NotCreated(CreateStackResult Why, AdoptedDefinition Definition) : AdoptStackResult;

    public sealed record NoSuchHost : AdoptStackResult;

    /// <summary>The host has no such stack (any more).</summary>
    public sealed record NoSuchStack : AdoptStackResult;

    public sealed record EngineUnavailable(string Problem) : AdoptStackResult;
}

/// <summary>
/// Stacks that somebody else started on a host: listed, read, and taken in as a tenant's stack. Their containers run on untouched; the
/// tenant deploys its stack beside them, looks at it, and takes them away when nobody needs them any more.
/// </summary>
public sealed class AdoptStack(PortalDbFactory databases, Engines engines, CreateStack create)
{
    /// <returns>Null: there is no such host.</returns>
    /// <exception cref="EngineException">It does not answer.</exception>
    public async Task<IReadOnlyList<ForeignStack>?> ListAsync(Actor actor, Guid host, CancellationToken cancellationToken) =>
        await EngineAsync(actor, host, cancellationToken) is { } engine ? await ListAsync(engine, cancellationToken) : null;

    /// <returns>Null: there is no such host, or it has no such stack.</returns>
    /// <exception cref="EngineException">It does not answer.</exception>
    public async Task<AdoptedDefinition?> ReadAsync(Actor actor, Guid host, string stack, CancellationToken cancellationToken) =>
        await EngineAsync(actor, host, cancellationToken) is { } engine ? await ReadAsync(engine, stack, cancellationToken) : null;

    /// <param name="name">Of the new stack.</param>
    public async Task<AdoptStackResult> ExecuteAsync(Actor actor, Guid host, string stack, Guid tenant, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (await EngineAsync(actor, host, cancellationToken) is not { } engine)
            {
                return new AdoptStackResult.NoSuchHost();
            }

            if (await ReadAsync(engine, stack, cancellationToken) is not { } definition)
            {
                return new AdoptStackResult.NoSuchStack();
            }

            var wanted = new NewStack(name, null, null, definition.Compose, null, definition.Answers) { AdoptedFrom = $"{stack} on {engine.Host.Name}" };
            return await create.ExecuteAsync(actor, tenant, wanted, cancellationToken) switch
            {
                CreateStackResult.Created created => new AdoptStackResult.Adopted(created, definition),
                var other => new AdoptStackResult.NotCreated(other, definition),
            };
        }
        catch (EngineException error)
        {
            return new AdoptStackResult.EngineUnavailable(error.Message);
        }
    }

    private async Task<EngineHost?> EngineAsync(Actor actor, Guid host, CancellationToken cancellationToken)
    {
        // What others run there is nobody's business but the platform's.
        actor.Demand(Permission.PlatformManage);
        await using var db = databases.Platform();
        return await db.Hosts.AsNoTracking().SingleOrDefaultAsync(row => row.Id == host && row.Enabled, cancellationToken) is { } found ? engines.Of(found) : null;
    }

    private static async Task<IReadOnlyList<ForeignStack>> ListAsync(EngineHost engine, CancellationToken cancellationToken) =>
        ForeignStacks.Of(await engine.Client.Containers.ListAsync(new ContainerFilter { All = true }, cancellationToken));

    /// <returns>Null: there is no such stack.</returns>
    private static async Task<AdoptedDefinition?> ReadAsync(EngineHost engine, string name, CancellationToken cancellationToken)
    {
        if ((await ListAsync(engine, cancellationToken)).FirstOrDefault(one => one.Name == name) is not { } stack)
        {
            return null;
        }

        List<ForeignMember> members = [];
        foreach (var service in stack.Services)
        {
            var containers = ImmutableArray.CreateBuilder<ContainerDetails>();
            foreach (var id in service.Containers)
            {
                containers.Add(await engine.Client.Containers.InspectAsync(id, cancellationToken));
            }

            members.Add(new ForeignMember(service.Name, containers.ToImmutable(), await engine.Client.Images.InspectAsync(containers[0].ImageId, cancellationToken)));
        }

        return ReadBack.Of(stack.Name, members);
    }
}
