using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>
/// Which server sits in which slot of which backend. Slot i is the server "s(i+1)"; null is a free slot. Servers keep their slots
/// from one layout to the next: moving one would count its requests under another's name and drop its connections.
/// </summary>
public sealed record SlotLayout(ImmutableSortedDictionary<string, ImmutableArray<ServerModel?>> Backends)
{
    public static SlotLayout Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, ImmutableArray<ServerModel?>>(StringComparer.Ordinal));

    public static string SlotName(int index) => $"s{index + 1}";

    /// <summary>Places the model's servers, keeping those that <paramref name="previous"/> has where they are.</summary>
    /// <remarks>The model must have passed <see cref="ModelRules.Check"/>.</remarks>
    public static SlotLayout Assign(GatewayModel model, SlotLayout previous)
    {
        var backends = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<ServerModel?>>(StringComparer.Ordinal);
        foreach (var (key, servers) in model.Routes.Select(route => (route.Key, route.Servers)).Concat(model.TcpRoutes.Select(route => (route.Key, route.Servers))))
        {
            foreach (var side in Sides.All)
            {
                var name = Identifiers.BackendOf(key, side);
                var wanted = servers.GetValueOrDefault(side, []);
                var before = previous.Backends.GetValueOrDefault(name, []);
                backends[name] = Place(wanted, before, model.Listen.SlotsPerBackend);
            }
        }
        return new(backends.ToImmutable());
    }

    /// <summary>The same backends and slots, all free: what only a reload can change.</summary>
    public SlotLayout WithoutServers() =>
        new(Backends.ToImmutableSortedDictionary(
            entry => entry.Key,
            entry => ImmutableArray.Create(new ServerModel?[entry.Value.Length]),
            StringComparer.Ordinal));

    private static ImmutableArray<ServerModel?> Place(ImmutableArray<ServerModel> wanted, ImmutableArray<ServerModel?> before, int step)
    {
        // Whole steps, and never fewer than there are, so that a replica that comes and goes reloads once at most.
        var needed = Math.Max(1, (wanted.Length + step - 1) / step) * step;
        var slots = new ServerModel?[Math.Max(needed, before.Length)];
        var waiting = new List<ServerModel>();
        foreach (var server in wanted)
        {
            var index = IndexOf(before, server);
            if (index >= 0 && slots[index] is null)
                slots[index] = server;
            else
                waiting.Add(server);
        }
        foreach (var server in waiting)
            slots[Free(slots, before)] = server;
        return [.. slots];
    }

    private static int IndexOf(ImmutableArray<ServerModel?> slots, ServerModel server)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            if (server.IsSameServer(slots[i]))
                return i;
        }
        return -1;
    }

    // A slot that was free before is preferred: one just vacated may still have requests of its former server.
    private static int Free(ServerModel?[] slots, ImmutableArray<ServerModel?> before)
    {
        var fallback = -1;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not null)
                continue;
            if (i >= before.Length || before[i] is null)
                return i;
            if (fallback < 0)
                fallback = i;
        }
        return fallback;
    }
}
