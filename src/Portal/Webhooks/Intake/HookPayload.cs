using Portal.Docker;

namespace Portal.Webhooks.Intake;

public enum PayloadForm { Generic, DockerHub }

/// <summary>A body as understood. None of it is trusted for more than choosing among what the stack names.</summary>
/// <param name="Image">Without tag and digest.</param>
/// <param name="Digest">What the sender pushed, by its own word; only compared.</param>
/// <param name="Target">Narrows the webhook's own.</param>
public sealed record HookPayload(PayloadForm Form, ImageReference Image, string Tag)
{
    public string? Digest { get; init; }
    public string? Commit { get; init; }
    public string? Ref { get; init; }
    public string? Actor { get; init; }
    public string? Url { get; init; }
    public DeployTarget? Target { get; init; }

    /// <summary>It changes what both sides share: it may have to wait for an operator's word. A body never gives that word.</summary>
    public bool Migration { get; init; }
}

public abstract record PayloadResult
{
    public sealed record Read(HookPayload Payload) : PayloadResult;

    /// <param name="Field">Path as sent: <c>push_data.tag</c>; <c>body</c> for the whole.</param>
    public sealed record Unparsable(string Field, string Problem) : PayloadResult;
}
