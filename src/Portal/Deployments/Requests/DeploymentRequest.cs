using System.Collections.Immutable;
using Portal.Audit;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Freezing;

namespace Portal.Deployments;

/// <param name="Images">Service → reference to run instead of the last one.</param>
/// <param name="Revision">An earlier revision's number, to run exactly that again; then images and replicas are not looked at.</param>
/// <param name="Force">Replace containers although nothing differs.</param>
/// <param name="Delivery">The webhook delivery that asks.</param>
/// <param name="CoalesceWithin">Where the newest deployment there is no older, would run the same and has not failed: no other, but that one.</param>
public sealed record DeploymentRequest(
    DeployTarget Target,
    ImmutableSortedDictionary<string, string> Images,
    int? Revision = null,
    bool Force = false,
    DeploymentTrigger Trigger = DeploymentTrigger.Api,
    Guid? Delivery = null,
    TimeSpan? CoalesceWithin = null)
{
    /// <summary>With <see cref="CoalesceWithin"/>: also where live's newest deployment, however old, would run the same.</summary>
    public bool CoalesceWithLive { get; init; }

    /// <summary>Also where standby is kept for the way back, which is given up then: whoever asks has said that the next version goes on from here.</summary>
    public bool GivesUpSwitchBack { get; init; }

    /// <summary>Whoever asks plans the switch that is to follow, if any: the stack's own setting has no say in it.</summary>
    public bool PlansItself { get; init; }

    /// <summary>It changes what both sides share: where the stack shares something, it waits for somebody's word.</summary>
    public bool Migration { get; init; }

    /// <summary>That word, of whoever asks: why the side that runs the former version goes on working. Null: none.</summary>
    public string? Compatible { get; init; }

    /// <summary>Nothing where another deployment of the stack is on its way there: it is not to be overtaken.</summary>
    public bool Yields { get; init; }

    /// <summary>Scales a standby that nobody needs down, and is refused wherever somebody might. Null: the full size.</summary>
    public SideScale? Scale { get; init; }

    /// <summary>Service → how many of it, instead of as many as now.</summary>
    public ImmutableSortedDictionary<string, int> Replicas { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
}

/// <param name="Most">At most so many of each service.</param>
/// <param name="Generation">The pair's, in which that holds.</param>
public sealed record SideScale(int Most, long Generation);

public abstract record RequestDeploymentResult
{
    /// <param name="Deployments">One for each environment, standby first.</param>
    /// <param name="Unchanged">The revision runs there already; the deployment will find nothing to do.</param>
    public sealed record Accepted(ImmutableArray<Guid> Deployments, Guid RevisionId, int Revision, bool Unchanged) : RequestDeploymentResult
    {
        /// <summary>Nothing begins before somebody says that the migration is backward compatible.</summary>
        public bool WaitsForWord { get; init; }
    }

    /// <summary>What was asked for is on its way, or has just arrived.</summary>
    /// <param name="Deployments">As in <see cref="Accepted"/>.</param>
    public sealed record Coalesced(ImmutableArray<Guid> Deployments, Guid RevisionId, int Revision) : RequestDeploymentResult;

    public sealed record NoSuchStack : RequestDeploymentResult;

    public sealed record NoSuchRevision(int Number) : RequestDeploymentResult;

    /// <summary>It was to scale a side down that is, or may be, needed now; or it yields to what is on its way.</summary>
    public sealed record InUse : RequestDeploymentResult;

    /// <summary>The word that came with it is none.</summary>
    public sealed record BadWord(string Problem) : RequestDeploymentResult;

    public sealed record Refused(DraftResult Why) : RequestDeploymentResult;

    /// <summary>A lock, a time of quiet, or a side that is kept for the way back.</summary>
    public sealed record Held(Hold Why) : RequestDeploymentResult;

    public sealed record EngineUnavailable(string Problem) : RequestDeploymentResult;
}

/// <summary>What a caller writes in the same commit as its deployment: it adds rows and gives the audit lines that go with them.</summary>
/// <param name="outcome">Accepted or Coalesced.</param>
/// <param name="revision">What will run.</param>
public delegate IReadOnlyList<AuditLine> AlongsideDeployment(PortalDb db, RequestDeploymentResult outcome, Revision revision);
