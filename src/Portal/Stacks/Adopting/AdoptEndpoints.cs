using Portal.Access;
using Portal.Docker;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Stacks.Adopting;

/// <param name="Tenant">Slug of the tenant that gets it.</param>
/// <param name="Name">Of the new stack; null: as it is called where it runs.</param>
public sealed record AdoptBody(string? Tenant, string? Name);

internal static class AdoptEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/hosts/{id:guid}/stacks", ListAsync).WithName("ListForeignStacks").WithSummary("What runs on a host that the portal did not start").WithTags("Hosts");
        api.MapGet("/hosts/{id:guid}/stacks/{stack}", ReadAsync).WithName("ReadForeignStack").WithSummary("The definition of such a stack, read back from its containers; secret values left out").WithTags("Hosts");
        api.MapPost("/hosts/{id:guid}/stacks/{stack}/adopt", AdoptAsync).WithName("AdoptStack").WithSummary("Makes a tenant's stack of it. What runs there runs on").WithTags("Hosts");
    }

    private static async Task<IResult> ListAsync(Guid id, HttpContext http, AdoptStack adopt, CancellationToken cancellationToken)
    {
        try
        {
            return await adopt.ListAsync(http.Actor(), id, cancellationToken) is { } stacks
                ? Results.Ok(stacks.Select(stack => new { stack.Name, origin = SnakeCase.Of(stack.Origin.ToString()), services = stack.Services.Select(service => new { service.Name, service.Images, containers = service.Containers.Length, service.Running }) }))
                : Problems.NotFound("host");
        }
        catch (EngineException error)
        {
            return Problems.Unavailable(error.Message);
        }
    }

    private static async Task<IResult> ReadAsync(Guid id, string stack, HttpContext http, AdoptStack adopt, CancellationToken cancellationToken)
    {
        try
        {
            return await adopt.ReadAsync(http.Actor(), id, stack, cancellationToken) is { } definition ? Results.Ok(Answer(definition)) : Problems.NotFound("stack");
        }
        catch (EngineException error)
        {
            return Problems.Unavailable(error.Message);
        }
    }

    private static async Task<IResult> AdoptAsync(Guid id, string stack, AdoptBody body, HttpContext http, TenantQueries tenants, AdoptStack adopt, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        actor.Demand(Permission.PlatformManage);
        if (await tenants.FindAsync(actor, body.Tenant ?? "", cancellationToken) is not { } tenant)
        {
            return Problems.Invalid("tenant", "There is no such tenant.");
        }

        var name = body.Name ?? stack;
        return await adopt.ExecuteAsync(actor, id, stack, tenant.Id, name, cancellationToken) switch
        {
            AdoptStackResult.Adopted adopted => Results.Created($"/api/v1/tenants/{body.Tenant}/stacks/{name}", new { id = adopted.Created.StackId, name, definition = Answer(adopted.Definition) }),
            AdoptStackResult.NotCreated not => CreateAnswer.Of(not.Why, name),
            AdoptStackResult.NoSuchHost => Problems.NotFound("host"),
            AdoptStackResult.NoSuchStack => Problems.NotFound("stack"),
            AdoptStackResult.EngineUnavailable down => Problems.Unavailable(down.Problem),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static object Answer(AdoptedDefinition definition) => new { definition.Compose, answers = definition.Answers.Keys, notes = definition.Notes };
}
