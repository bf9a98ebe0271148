using Portal.Access;

namespace Portal.Switching;

/// <summary>What came of a switch, as the API answers it.</summary>
internal static class SwitchAnswer
{
    public static IResult Of(string tenant, SwitchResult result) => result switch
    {
        SwitchResult.Applied applied => Results.Created($"/api/v1/tenants/{tenant}/switches/{applied.SwitchId}", new
        {
            id = applied.SwitchId,
            from = applied.From.Text(),
            to = applied.To.Text(),
            live = applied.To.Text(),
            applied.Milliseconds,
            applied.SwitchBackUntil,
            gatewaysAway = applied.Away,
        }),
        // Nothing has moved yet.
        SwitchResult.Asked asked => Results.Accepted($"/api/v1/tenants/{tenant}/asked-switches/{asked.AskedId}", new
        {
            id = asked.AskedId,
            state = "waiting",
            asked.Until,
            statusUrl = $"/api/v1/tenants/{tenant}/asked-switches/{asked.AskedId}",
        }),
        SwitchResult.AskedAlready other => Problems.Conflict($"{other.By} has asked for a switch already, which waits for a second person until {other.Until:yyyy-MM-dd HH:mm:ss} UTC."),
        SwitchResult.ReasonMissing => Problems.Invalid("reason", "Say why, in at most 500 characters."),
        SwitchResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
        SwitchResult.LiveAlready live => Problems.Conflict($"{live.Colour.Text()} is live already."),
        SwitchResult.Held held => Problems.Conflict(held.Why.Sentence),
        SwitchResult.Blocked blocked => Results.Problem(
            title: "Conflict", statusCode: StatusCodes.Status409Conflict, detail: $"Standby cannot take the traffic: {blocked.Report.Obstacle}.",
            extensions: new Dictionary<string, object?> { ["failed"] = blocked.Report.Failed }),
        SwitchResult.AnotherIsOpen => Problems.Conflict("Somebody else switched this tenant at the same moment."),
        SwitchResult.GatewayFailed failed => Problems.Unavailable($"The gateway did not switch, and traffic flows as before: {failed.Problem}"),
        var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
    };
}
