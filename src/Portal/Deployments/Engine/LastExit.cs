using System.Globalization;
using Portal.Clusters;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>How a container ended, one that its engine has started again meanwhile too: its state then shows no exit code any more.</summary>
internal static class LastExit
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    /// <returns>For people, after the replica's name: <c>exited with 3</c>.</returns>
    public static async Task<string> TellAsync(EngineHost engine, ContainerDetails details, CancellationToken cancellationToken)
    {
        var state = details.State;
        var code = state.Status == ContainerStatus.Running ? await RememberedAsync(engine, details, cancellationToken) : state.ExitCode;
        return $"{(code is null ? "ended, and its engine started it again" : string.Create(CultureInfo.InvariantCulture, $"exited with {code}"))}{(state.OomKilled ? ", out of memory" : "")}{(state.Error is { Length: > 0 } why ? $": {why}" : "")}";
    }

    /// <summary>From the engine's own memory of events. Null where it has forgotten.</summary>
    private static async Task<int?> RememberedAsync(EngineHost engine, ContainerDetails details, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestLook);
        try
        {
            await foreach (var end in engine.Client.System.EventsAsync(new EventFilter { Since = details.Created, Types = ["container"], Actions = ["die"] }, limit.Token))
            {
                if (end.ActorId == details.Id && end.Attributes.TryGetValue("exitCode", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                {
                    return code;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The stream goes on for ever; what it remembers comes at once.
            return null;
        }

        return null;
    }
}
