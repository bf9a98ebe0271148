using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>What a stack outside the pair may be.</summary>
internal static class OutsideRules
{
    public const string Field = "outside";

    /// <param name="besides">The stack itself, where it is there already.</param>
    /// <returns>Null: it may be. Until the transaction ends nobody else makes or changes such a stack of the tenant.</returns>
    public static async Task<string?> ProblemAsync(PortalDb db, SecretBox box, Guid tenant, Guid? besides, ComposeStack compose, CancellationToken cancellationToken)
    {
        if (StackRoutes.Read(compose).Routes is [var route, ..])
        {
            return NoRoute(route.Service);
        }

        await db.Database.ExecuteAsync($"select 1 from tenants where id = {tenant} for no key update", cancellationToken);
        if (await db.Environments.Select(place => place.ClusterId).Distinct().CountAsync(cancellationToken) > 1)
        {
            return "The tenant's two sides run on different clusters, and a network of one host does not reach the other: a stack outside the pair could be found by one side alone. Bring both sides to one cluster, or run it elsewhere and give its address to both.";
        }

        var names = compose.Services.Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var other in await db.Stacks.AsNoTracking().Where(stack => stack.Outside && stack.RemovedAt == null && stack.Id != besides).OrderBy(stack => stack.Name).ToListAsync(cancellationToken))
        {
            if (box.OpenDefinition(other).Read(StackPolicy.Default).Stack?.Services.FirstOrDefault(service => names.Contains(service.Name)) is { } same)
            {
                return $"The stack {other.Name} outside the pair has a service '{same.Name}' already, and everything of the tenant reaches it by that name. Give this one another.";
            }
        }

        return null;
    }

    public static string NoRoute(string service) =>
        $"No route can lead to '{service}': routes belong to the pair and follow its switch, and this stack is outside the pair. Have a service of the pair answer, and call this one by its name.";
}
