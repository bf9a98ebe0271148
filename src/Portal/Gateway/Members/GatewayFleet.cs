using System.Collections.Immutable;
using Portal.HAProxy;

namespace Portal.Gateway.Members;

/// <param name="Took">Until the last of those that took it had confirmed.</param>
/// <param name="Away">Gateways that did not: each is brought in line before it is ready again.</param>
public sealed record Pointed(TimeSpan Took, ImmutableArray<string> Away);

/// <summary>
/// All gateways as one. What is changed is changed on each that is not out, side by side; who does not answer in time is out from then on,
/// and who answers wrongly makes it fail. With a single gateway everything is as that one does it.
/// </summary>
public sealed class GatewayFleet(ImmutableArray<GatewayMember> members, TimeProvider clock) : IDisposable
{
    /// <summary>A switch waits no longer for a gateway than a person's patience, and less than after which it would count as abandoned.</summary>
    private static readonly TimeSpan PointLimit = TimeSpan.FromSeconds(4);

    /// <summary>With a reload in it.</summary>
    private static readonly TimeSpan ApplyLimit = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    public ImmutableArray<GatewayMember> Members { get; } = members;

    public bool IsOne => Members.Length == 1;

    /// <summary>Nobody in: then all are tried, for one may be back. Not those that are being brought in line, by what may be yesterday's news.</summary>
    private ImmutableArray<GatewayMember> Asked => Members.Any(member => !member.Standing.Out)
        ? [.. Members.Where(member => !member.Standing.Out)]
        : [.. Members.Where(member => !member.IsJoining)];

    /// <exception cref="GatewayException">None took it.</exception>
    /// <exception cref="HAProxyException">The only one did not.</exception>
    public async Task ApplyAsync(GatewayModel model, CancellationToken cancellationToken)
    {
        if (IsOne)
        {
            await BringAsync(Members[0], model, cancellationToken);
            return;
        }

        var told = await TellAsync(async (member, stop) =>
        {
            await BringAsync(member, model, stop);
            return true;
        }, ApplyLimit, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Note(told);
        if (!told.Any(one => one.Done))
        {
            throw Failure(told);
        }

        foreach (var one in told.Where(one => one.Done))
        {
            one.Member.Note(GatewayState.InLine);
        }
    }

    /// <summary>Moves an entry of the map of live sides on each, or on none.</summary>
    /// <exception cref="GatewayException">None took it, or one answered wrongly: those that had moved were put back.</exception>
    /// <exception cref="HAProxyException">The only one did not.</exception>
    public async Task<Pointed> PointAsync(string group, LivePointer wanted, bool fromAnySide, CancellationToken cancellationToken)
    {
        if (IsOne)
        {
            return new((await PointAsync(Members[0], group, wanted, fromAnySide, cancellationToken)).Moved, []);
        }

        var told = await TellAsync((member, stop) => PointAsync(member, group, wanted, fromAnySide, stop), PointLimit, cancellationToken);
        // Who asked may leave once all have done it.
        var broken = cancellationToken.IsCancellationRequested && told.Any(one => !one.Done);
        if (broken || !told.Any(one => one.Done) || told.Any(one => one.Wrong))
        {
            var back = await PutBackAsync(group, [.. told.Where(one => one.Done)]);
            cancellationToken.ThrowIfCancellationRequested();
            Note(told);
            Note([.. back.Where(one => !one.Done)]);
            throw Failure(told);
        }

        Note(told);
        var took = told.Where(one => one.Done).ToList();
        return new(took.Max(one => one.Value!.Moved), [.. Members.Except(took.Select(one => one.Member)).Select(member => member.Name)]);
    }

    /// <summary>From each that answers.</summary>
    /// <exception cref="GatewayException">None does.</exception>
    /// <exception cref="HAProxyException">The only one does not.</exception>
    public async Task<IReadOnlyList<T>> ReadAsync<T>(Func<GatewayMember, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (IsOne)
        {
            return [await read(Members[0], cancellationToken)];
        }

        var told = await TellAsync(read, ReadLimit, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return told.Any(one => one.Done) ? [.. told.Where(one => one.Done).Select(one => one.Value!)] : throw Failure(told);
    }

    /// <summary>Whether each that is not out runs on as it was left.</summary>
    public async Task<bool> AreAsLeftAsync(CancellationToken cancellationToken)
    {
        var told = await TellAsync((member, stop) => member.Driver.IsAsLeftAsync(stop), ReadLimit, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return told.All(one => one is { Done: true, Value: true });
    }

    /// <summary>Those that are in line stay ready: nothing can have changed that they were not told.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        // Who does not answer is found by whoever next has something to tell.
        await Task.WhenAll(Members.Where(member => member.Standing.State == GatewayState.InLine && member.Listen.Health is not null).Select(member => TryAsync(member, async (one, stop) =>
        {
            await one.Driver.SetReadyAsync(stop);
            return true;
        }, ReadLimit, cancellationToken)));
    }

    public void Dispose()
    {
        foreach (var member in Members)
        {
            member.Dispose();
        }
    }

    private static async Task BringAsync(GatewayMember member, GatewayModel model, CancellationToken cancellationToken)
    {
        await member.Driver.ApplyAsync(model with { Listen = member.Listen }, cancellationToken);
        if (member.Listen.Health is not null)
        {
            await member.Driver.SetReadyAsync(cancellationToken);
        }
    }

    private static Task<SwitchResult> PointAsync(GatewayMember member, string group, LivePointer wanted, bool fromAnySide, CancellationToken cancellationToken) => fromAnySide
        ? member.Driver.SwitchAsync(group, wanted.Side, cancellationToken)
        : member.Driver.ShareAsync(group, wanted, cancellationToken);

    /// <summary>Not cancellable, or they would stay where they are.</summary>
    private async Task<ImmutableArray<Told<bool>>> PutBackAsync(string group, ImmutableArray<Told<SwitchResult>> moved) =>
        [.. await Task.WhenAll(moved.Select(one => TryAsync(one.Member, async (member, stop) =>
        {
            await member.Driver.PutBackAsync(group, one.Value!.From, stop);
            return true;
        }, PointLimit, CancellationToken.None)))];

    private async Task<ImmutableArray<Told<T>>> TellAsync<T>(Func<GatewayMember, CancellationToken, Task<T>> act, TimeSpan limit, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(Asked.Select(member => TryAsync(member, act, limit, cancellationToken)))];

    private async Task<Told<T>> TryAsync<T>(GatewayMember member, Func<GatewayMember, CancellationToken, Task<T>> act, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        // Apart from its caller: a folder on a share that hangs holds the thread that writes there.
        var work = Task.Run(() => act(member, stop.Token), CancellationToken.None);
        try
        {
            // Once the time is up it may still end by itself, and take back what it began.
            return new(member, await work.WaitAsync(limit + limit, clock, CancellationToken.None), null);
        }
        catch (Exception error) when (error is HAProxyException or IOException or UnauthorizedAccessException or OperationCanceledException or TimeoutException)
        {
            _ = work.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return new(member, default, error);
        }
    }

    /// <summary>Who failed is out. What all refuse is nobody's fault.</summary>
    private static void Note<T>(ImmutableArray<Told<T>> told)
    {
        var done = told.Any(one => one.Done);
        foreach (var one in told)
        {
            if (!one.Done && (one.Away || done || one.Error is HAProxyException { Fault: not HAProxyFault.Refused }))
            {
                one.Member.Note(one.Away ? GatewayState.Away : GatewayState.Wrong, one.Problem);
            }
        }
    }

    private static GatewayException Failure<T>(ImmutableArray<Told<T>> told)
    {
        var one = told.FirstOrDefault(candidate => candidate.Wrong) ?? told.FirstOrDefault(candidate => !candidate.Done);
        return one is null
            ? new GatewayException("No gateway is in line; one is being brought there just now.")
            : new GatewayException($"{one.Member.Name}: {one.Problem}", one.Error);
    }

    /// <summary>What came of telling one.</summary>
    private sealed record Told<T>(GatewayMember Member, T? Value, Exception? Error)
    {
        public bool Done => Error is null;

        public bool Away => GatewayFault.IsAway(Error);

        public bool Wrong => !Done && !Away;

        public string Problem => GatewayFault.Words(Error!);
    }
}
