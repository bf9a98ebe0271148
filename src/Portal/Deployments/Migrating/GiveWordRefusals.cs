using Portal.Store;

namespace Portal.Deployments.Migrating;

/// <summary>Why a word was not taken, for people.</summary>
internal static class GiveWordRefusals
{
    public static string Sentence(GiveWordResult why) => why switch
    {
        GiveWordResult.NoSuchDeployment => "The deployment is no longer there.",
        GiveWordResult.NotWaiting { State: DeploymentState.Queued or DeploymentState.Running } => "It does not wait for anybody's word.",
        GiveWordResult.NotWaiting other => $"It does not wait any more: {SnakeCase.Of(other.State.ToString()).Replace('_', ' ')}.",
        GiveWordResult.Held held => held.Why.Sentence,
        GiveWordResult.Moved => "The tenant was switched since it was asked for, and its side is another one now: ask for it again.",
        GiveWordResult.Invalid invalid => invalid.Problem,
        _ => throw new InvalidOperationException($"An outcome without words: {why}."),
    };
}
