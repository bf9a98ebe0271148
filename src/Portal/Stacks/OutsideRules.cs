using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>What a stack outside the pair may be, and what the others of its tenant leave to it: its names.</summary>
internal static class OutsideRules
{
    public const string Field = "outside";

    /// <param name="outside">Whether the stack is, or is to be, outside the pair.</param>
    /// <param name="besides">The stack itself, where it is there already.</param>
    /// <returns>Null: it may be. Until the transaction ends nobody else makes or changes a stack of the tenant.</returns>
    public static async Task<string?> ProblemAsync(PortalDb db, SecretBox box, Guid tenant, bool outside, Guid? besides, ComposeStack compose, CancellationToken cancellationToken)
    {
        if (outside && StackRoutes.Read(compose).Routes is [var route, ..])
        {
            return NoRoute(route.Service);
        }

        await db.Database.ExecuteAsync($"select 1 from tenants where id = {tenant} for no key update", cancellationToken);
        if (outside && await db.Environments.Select(place => place.ClusterId).Distinct().CountAsync(cancellationToken) > 1)
        {
            return "The tenant's two sides run on different clusters, and a network of one host does not reach the other: a stack outside the pair could be found by one side alone. Run it elsewhere, and give its address to both.";
        }

        return await ClashAsync(db, box, outside, besides, compose, cancellationToken);
    }

    public static string NoRoute(string service) =>
        $"No route can lead to '{service}': routes belong to the pair and follow its switch, and this stack is outside the pair. Have a service of the pair answer, and call this one by its name.";

    /// <summary>A name that is a service outside the pair and one of the caller's own stack would mean one or the other, as the engine pleases.</summary>
    private static async Task<string?> ClashAsync(PortalDb db, SecretBox box, bool outside, Guid? besides, ComposeStack compose, CancellationToken cancellationToken)
    {
        var (services, names) = (Services(compose), Names(compose));
        foreach (var other in await db.Stacks.AsNoTracking().Where(stack => (outside || stack.Outside) && stack.RemovedAt == null && stack.Id != besides).OrderBy(stack => stack.Name).ToListAsync(cancellationToken))
        {
            if (box.OpenDefinition(other).Read(StackPolicy.Default).Stack is not { } there)
            {
                continue;
            }

            if (other.Outside && Services(there).FirstOrDefault(names.Contains) is { } theirs)
            {
                return $"The stack {other.Name} outside the pair has a service '{theirs}', and everything of the tenant reaches it by that name. Give this one another.";
            }

            if (outside && Names(there).FirstOrDefault(services.Contains) is { } own)
            {
                return $"The stack {other.Name} has a '{own}' of its own, and could not tell it from this one, which everything of the tenant reaches by that name. Give one of the two another.";
            }
        }

        return null;
    }

    private static SortedSet<string> Services(ComposeStack stack) => new(stack.Services.Select(service => service.Name), StringComparer.OrdinalIgnoreCase);

    /// <summary>All that is looked up in the stack's own networks.</summary>
    private static SortedSet<string> Names(ComposeStack stack) =>
        new(stack.Services.SelectMany(service => service.Networks.SelectMany(network => network.Aliases).Prepend(service.Name)), StringComparer.OrdinalIgnoreCase);
}
