using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Tenants.Freezing;

namespace Portal.Switching.Window;

public abstract record ChangeSwitchBackResult
{
    public sealed record Done(DateTimeOffset? Until) : ChangeSwitchBackResult;

    public sealed record NotOpen : ChangeSwitchBackResult;

    public sealed record Invalid(string Field, string Problem) : ChangeSwitchBackResult;
}

/// <summary>Keeps the way back open for longer.</summary>
public sealed class ExtendSwitchBack(Changes changes, TimeProvider clock)
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <param name="until">Later than it is open now.</param>
    /// <param name="minutes">Instead: for so many more.</param>
    /// <exception cref="DeniedException">Whoever may switch may.</exception>
    /// <exception cref="DbUpdateConcurrencyException">The tenant was switched at the same moment.</exception>
    public Task<ChangeSwitchBackResult> ExecuteAsync(Actor actor, Guid tenant, DateTimeOffset? until, int? minutes, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant);
        return until is null == minutes is null
            ? Task.FromResult<ChangeSwitchBackResult>(new ChangeSwitchBackResult.Invalid("minutes", "Give until, or for how many minutes more: one of the two."))
            : changes.RunAsync<ChangeSwitchBackResult>(permit, async db =>
            {
                var now = clock.GetUtcNow();
                if (await db.OpenWindow(now).SingleOrDefaultAsync(cancellationToken) is not { } last)
                {
                    return Changed.Nothing<ChangeSwitchBackResult>(new ChangeSwitchBackResult.NotOpen());
                }

                var before = last.SwitchBackUntil!.Value;
                var wanted = minutes is { } more ? before + TimeSpan.FromMinutes(Math.Clamp(more, -1, (int)Longest.TotalMinutes + 1)) : until!.Value.ToUniversalTime();
                if (wanted <= before || wanted > now + Longest)
                {
                    return Changed.Nothing<ChangeSwitchBackResult>(new ChangeSwitchBackResult.Invalid(
                        minutes is null ? "until" : "minutes", $"It is open until {before:yyyy-MM-dd HH:mm} UTC; say later, and at most {Longest.TotalDays:0} days from now."));
                }

                return (new ChangeSwitchBackResult.Done(wanted), await SwitchBackWindow.ExtendAsync(db, last, wanted, cancellationToken));
            }, cancellationToken);
    }
}

/// <summary>Lets go of the side that was live: it takes deployments again, and the way there is a switch like any other.</summary>
public sealed class GiveUpSwitchBack(Changes changes, TimeProvider clock)
{
    /// <exception cref="DeniedException">Whoever may switch may.</exception>
    /// <exception cref="DbUpdateConcurrencyException">The tenant was switched at the same moment.</exception>
    public Task<ChangeSwitchBackResult> ExecuteAsync(Actor actor, Guid tenant, CancellationToken cancellationToken) =>
        changes.RunAsync<ChangeSwitchBackResult>(actor.Demand(Permission.Switch, tenant), async db =>
        {
            var now = clock.GetUtcNow();
            return await db.OpenWindow(now).SingleOrDefaultAsync(cancellationToken) is { } last
                ? (new ChangeSwitchBackResult.Done(null), await SwitchBackWindow.GiveUpAsync(db, last, now, cancellationToken))
                : Changed.Nothing<ChangeSwitchBackResult>(new ChangeSwitchBackResult.NotOpen());
        }, cancellationToken);
}
