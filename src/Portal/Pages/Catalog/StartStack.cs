using System.Collections.Immutable;
using Portal.Compose;
using Portal.Deployments;
using Portal.Stacks;

namespace Portal.Pages.Catalog;

/// <summary>What came of making a stack and asking for its first deployment.</summary>
internal abstract record StartResult
{
    /// <param name="Deployment">Null: made, and deployed nowhere, as asked.</param>
    public sealed record Started(Guid? Deployment) : StartResult;

    /// <param name="Field">As the API names it: <c>name</c>, <c>answers.port</c>.</param>
    public sealed record Wrong(string Field, string Sentence) : StartResult;

    public sealed record Refused(ImmutableArray<Finding> Findings) : StartResult;

    /// <summary>The stack is there, its deployment is not.</summary>
    public sealed record NotDeployed(string Sentence) : StartResult;
}

/// <summary>The two use cases that a form ends with, one after the other, as one act of a page.</summary>
internal sealed class StartStack(CreateStack create, RequestDeployment request)
{
    public async Task<StartResult> ExecuteAsync(Actor actor, Guid tenant, NewStack wanted, DeployTarget? target, CancellationToken cancellationToken) =>
        await create.ExecuteAsync(actor, tenant, wanted, cancellationToken) switch
        {
            CreateStackResult.Created => target is { } where ? await DeployAsync(actor, tenant, wanted.Name, where, cancellationToken) : new StartResult.Started(null),
            CreateStackResult.Invalid invalid => new StartResult.Wrong(invalid.Field, invalid.Problem),
            CreateStackResult.Refused refused => new StartResult.Refused(refused.Findings),
            CreateStackResult.NameTaken taken => new StartResult.Wrong("name", CreateAnswer.Sentence(taken, wanted.Name)),
            var other => new StartResult.Wrong("route", CreateAnswer.Sentence(other, wanted.Name)),
        };

    /// <summary>Asks for the deployment alone: of a stack whose first one could not be had.</summary>
    public async Task<StartResult> DeployAsync(Actor actor, Guid tenant, string stack, DeployTarget target, CancellationToken cancellationToken) =>
        await request.ExecuteAsync(actor, tenant, stack, new DeploymentRequest(target, ImmutableSortedDictionary<string, string>.Empty, Trigger: DeploymentTrigger.Page), cancellationToken) switch
        {
            RequestDeploymentResult.Accepted accepted => new StartResult.Started(accepted.Deployments[0]),
            RequestDeploymentResult.Held held => new StartResult.NotDeployed(held.Why.Sentence),
            RequestDeploymentResult.EngineUnavailable down => new StartResult.NotDeployed($"The engine cannot be reached: {down.Problem}"),
            RequestDeploymentResult.Refused refused => new StartResult.NotDeployed(DraftProblems.Sentence(refused.Why)),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
}
