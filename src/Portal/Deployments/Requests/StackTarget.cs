namespace Portal.Deployments.Requests;

/// <summary>Where a deployment of a stack goes. One outside the pair runs in one place, whatever was asked for and whichever side is live.</summary>
internal static class StackTarget
{
    /// <summary>The environment that keeps the one instance of a stack outside the pair. It says nothing of live or standby.</summary>
    public const Colour Outside = Colour.Blue;

    /// <summary>The environments, standby's first.</summary>
    public static IReadOnlyList<Colour> Colours(Stack? stack, DeployTarget target, Colour live) => stack is { Outside: true } ? [Outside] : target.Resolve(live);

    /// <summary>Those of the environments that are sides of the pair.</summary>
    public static IReadOnlyList<Colour> Sides(Stack stack, IReadOnlyList<Colour> colours) => stack.Outside ? [] : colours;

    /// <summary>Whether what is deployed there is seen by the public, or by what the public sees, at once.</summary>
    public static bool IsLive(Stack? stack, IReadOnlyList<Colour> colours, Colour? live) => stack is { Outside: true } || (live is { } side && colours.Contains(side));
}
