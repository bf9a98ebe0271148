namespace Portal.Webhooks.Intake;

/// <summary>What the caller is told, apart from HTTP.</summary>
public abstract record HookAnswer
{
    /// <param name="Field">What is wrong with it, by the path as sent; null where no field is to blame.</param>
    public sealed record Refused(int Code, string Reason, string? Field = null, TimeSpan? RetryAfter = null, Guid? DeliveryId = null) : HookAnswer;

    /// <summary>Verified and understood, but no deployment could be queued: the build is to fail.</summary>
    /// <param name="Why">For programs: <c>image_unavailable</c>, <c>definition_unusable</c>.</param>
    public sealed record CouldNot(Guid DeliveryId, string Why, string Reason) : HookAnswer;

    public sealed record Ignored(Guid DeliveryId, string Reason) : HookAnswer;

    public sealed record Coalesced(Guid DeliveryId, Guid DeploymentId, string Reason) : HookAnswer;

    public sealed record Accepted(Guid DeliveryId, Guid DeploymentId) : HookAnswer;

    public int Status => this switch
    {
        Refused refused => refused.Code,
        CouldNot => StatusCodes.Status409Conflict,
        Ignored or Coalesced => StatusCodes.Status200OK,
        Accepted => StatusCodes.Status202Accepted,
        _ => throw new InvalidOperationException($"An answer without a status: {this}."),
    };
}
