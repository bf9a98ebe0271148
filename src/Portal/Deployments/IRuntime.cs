using Portal.Deployments.Planning;
using Portal.Stacks;

namespace Portal.Deployments;

/// <summary>One stack in one environment: all that a step needs to know of where it works.</summary>
/// <param name="Deployment">The deployment on whose behalf containers are made.</param>
public sealed record StackPlace(Guid Tenant, string TenantSlug, Guid Environment, Colour Colour, Guid StackId, string Stack, Guid Deployment)
{
    public OutsidePart Outside { get; init; }
}

/// <summary>What a stack has to do with those of its tenant that are outside the pair: nothing, for there are none; it reaches them by name; it is one.</summary>
public enum OutsidePart { None, Reaches, Is }

internal static class OutsideParts
{
    /// <param name="there">Whether the tenant has such stacks.</param>
    public static OutsidePart Of(bool outside, bool there) => outside ? OutsidePart.Is : there ? OutsidePart.Reaches : OutsidePart.None;
}

/// <summary>Where containers run. A seam: the plain engine now, and a faulty one in tests.</summary>
public interface IRuntime
{
    /// <param name="wanted">What is to run, for knowing whether it is prepared; null where nothing is.</param>
    Task<ObservedStack> ObserveAsync(StackPlace place, WantedRevision? wanted, CancellationToken cancellationToken);

    /// <summary>Carries out one step; done already is done.</summary>
    /// <exception cref="DeploymentException">It cannot be done, and why.</exception>
    Task ApplyAsync(StackPlace place, WantedRevision? wanted, Step step, StepLog log, CancellationToken cancellationToken);

    /// <summary>The replicas whose image is not the one that the revision names, for people; empty when all are.</summary>
    /// <exception cref="DeploymentException">One that this deployment made has ended meanwhile, if only once.</exception>
    Task<IReadOnlyList<string>> VerifyAsync(StackPlace place, WantedRevision wanted, StepLog log, CancellationToken cancellationToken);
}

/// <summary>A revision in the planner's words and in the mapper's.</summary>
public sealed record WantedRevision(int Number, RenderedStack Rendered, WantedStack Stack);

/// <summary>A step failed for good. The deployment turns back.</summary>
public sealed class DeploymentException(DeploymentReason reason, string text, Exception? inner = null) : Exception(text, inner)
{
    public DeploymentReason Reason { get; } = reason;
}
