using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>A stack on a side, with the revision that it is wanted to run there.</summary>
internal sealed class PlacedStack
{
    public required Stack Stack { get; init; }
    public required Colour Side { get; init; }
    public required Revision Revision { get; init; }
}

internal static class PlacedStacks
{
    /// <summary>By stack; without those that were removed.</summary>
    public static IQueryable<PlacedStack> Placed(this PortalDb db) =>
        from placement in db.Placements.AsNoTracking()
        join revision in db.Revisions on placement.RevisionId equals revision.Id
        join stack in db.Stacks on placement.StackId equals stack.Id
        join place in db.Environments on placement.EnvironmentId equals place.Id
        where stack.RemovedAt == null
        orderby stack.Name
        select new PlacedStack { Stack = stack, Side = place.Colour, Revision = revision };
}
