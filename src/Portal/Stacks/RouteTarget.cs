namespace Portal.Stacks;

/// <summary>Whether a route can lead to a service's port.</summary>
public static class RouteTarget
{
    /// <param name="services">Those of the tenant.</param>
    /// <returns>Null where it can; else the field, by its name in the API, and what is wrong.</returns>
    public static (string Field, string Problem)? Problem(IReadOnlyList<StackServiceView> services, string stack, string service, int port)
    {
        var known = services.Where(one => one.Stack == stack).ToList();
        if (known.Count == 0)
        {
            return ("stack", $"The tenant has no stack '{stack}'.");
        }

        if (known.FirstOrDefault(one => one.Service == service) is not { } target)
        {
            return ("service", $"The stack has no service '{service}'.");
        }

        // Replicas are reachable from the gateway at these ports alone; one that cannot be let in would never be well.
        return target.Ports.Contains(port) ? null
            : ("port", target.Ports.IsEmpty
                ? "The service offers no TCP port: name it under expose in the stack's Compose text."
                : $"The service offers {string.Join(", ", target.Ports)}; name others under expose in the stack's Compose text.");
    }
}
