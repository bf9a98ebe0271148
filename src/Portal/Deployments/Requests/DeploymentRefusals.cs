using Portal.Stacks;

namespace Portal.Deployments.Requests;

/// <summary>Why a deployment was not queued, for people.</summary>
internal static class DeploymentRefusals
{
    public static string Sentence(RequestDeploymentResult why) => why switch
    {
        RequestDeploymentResult.NoSuchStack => "The stack has been removed meanwhile.",
        RequestDeploymentResult.NoSuchRevision missing => $"The stack has no revision {missing.Number}.",
        RequestDeploymentResult.InUse => "Another deployment of it is on its way.",
        RequestDeploymentResult.BadWord bad => bad.Problem,
        RequestDeploymentResult.Held held => held.Why.Sentence,
        RequestDeploymentResult.EngineUnavailable down => $"The Docker host does not answer: {down.Problem}",
        RequestDeploymentResult.Refused refused => DraftProblems.Sentence(refused.Why),
        _ => throw new InvalidOperationException($"An outcome without words: {why}."),
    };
}
