using System.Collections.Immutable;

namespace Portal.Deployments.Planning;

/// <summary>A service with its sidekicks: what is made, replaced and taken away together, replica by replica.</summary>
internal sealed class PlannedUnit
{
    private static readonly HashSet<string> None = [];
    private readonly WantedService primary;
    private readonly ImmutableArray<WantedService> members;
    private readonly Dictionary<int, Dictionary<string, ObservedReplica>> current = [];
    private readonly List<List<ObservedReplica>> extra = [];

    /// <param name="members">The primary among them, in the order in which they are started.</param>
    public PlannedUnit(WantedService primary, ImmutableArray<WantedService> members, ILookup<string, ObservedReplica> observed)
    {
        (this.primary, this.members) = (primary, members);
        var former = new Dictionary<(int Index, string Fingerprint), List<ObservedReplica>>();
        foreach (var member in members)
        {
            foreach (var replica in observed[member.Name].OrderBy(replica => (replica.Index, replica.ContainerId)))
            {
                if (replica.Fingerprint == primary.Fingerprint && replica.Index <= primary.Replicas)
                {
                    Keep(member, replica);
                }
                else
                {
                    former.TryAdd((replica.Index, replica.Fingerprint), []);
                    former[(replica.Index, replica.Fingerprint)].Add(replica);
                }
            }
        }

        extra.AddRange(former.OrderBy(group => group.Key).Select(group => group.Value));
        // Those that serve go last.
        extra = [.. extra.OrderBy(Serves)];
    }

    public ImmutableArray<WantedService> Members => members;

    /// <summary>Of the primary and its sidekicks, outside of themselves.</summary>
    public IEnumerable<WantedDependency> DependsOn => members.SelectMany(member => member.DependsOn).Where(dependency => !members.Any(member => member.Name == dependency.Service));

    /// <summary>One of this deployment's own that will never be as it should.</summary>
    public ObservedReplica? Dead => Indexes
        .SelectMany(index => members.Select(member => (Member: member, Replica: At(index, member.Name))))
        .Where(one => one.Replica is { Mine: true } && IsBroken(one.Member, one.Replica))
        .Select(one => one.Replica)
        .FirstOrDefault();

    /// <param name="wanted">Of one of the members.</param>
    public bool Has(WantedDependency wanted)
    {
        var member = members.First(member => member.Name == wanted.Service);
        return primary.Settled || Indexes.All(index => At(index, member.Name) is { } replica && !Replaced(index).Contains(member.Name) && wanted.Goal switch
        {
            _ when member.OneShot => IsComplete(member, replica),
            DependencyGoal.Started => replica.State == ReplicaState.Running,
            DependencyGoal.Healthy => replica is { State: ReplicaState.Running, Health: ReplicaHealth.Healthy },
            DependencyGoal.Completed => false,
            _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "A goal that nothing can have."),
        });
    }

    /// <param name="free">What this unit depends on is there.</param>
    public IEnumerable<Track> Tracks(bool free)
    {
        var complete = Indexes.Where(IsComplete).ToList();
        var pause = PauseLeft(complete);
        // Nothing is taken away ahead of its successor while that may not be begun.
        var ahead = primary.Order == ReplaceOrder.StopFirst && free && pause is null ? Batch : 0;
        var kept = Math.Max(0, primary.Replicas - complete.Count - ahead);
        foreach (var group in extra.Take(extra.Count - kept))
        {
            yield return new Track(TakeAway.Of(group));
        }

        if (primary.Settled)
        {
            yield break;
        }

        if (pause is { } left)
        {
            yield return new Track([new Step.Pause(primary.Name, left)]);
        }

        foreach (var track in BringUps(complete, free && pause is null))
        {
            yield return track;
        }

        foreach (var group in extra.Skip(extra.Count - kept))
        {
            yield return new Track(TakeAway.Of(group), Waits: true);
        }
    }

    private IEnumerable<int> Indexes => primary.Settled ? [] : Enumerable.Range(1, primary.Replicas);

    private int Batch => primary.Batch > 0 ? primary.Batch : Math.Max(1, primary.Replicas);

    /// <summary>Begun ones go on; new ones as many as there is room for.</summary>
    private IEnumerable<Track> BringUps(List<int> complete, bool free)
    {
        var most = primary.Order == ReplaceOrder.StartFirst ? primary.Replicas + Batch : primary.Replicas;
        var room = most - extra.Count - current.Count;
        foreach (var index in Indexes.Except(complete))
        {
            var begun = current.ContainsKey(index);
            var steps = BringUp(index);
            var makes = steps[0] is Step.Create or Step.Start;
            yield return new Track(steps, Waits: (makes && !free) || (!begun && room <= 0));
            room -= begun ? 0 : 1;
        }
    }

    private ImmutableArray<Step> BringUp(int index)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var replaced = Replaced(index);
        // One of this deployment's own is not stopped first: stopped, it would look as if it had died.
        steps.AddRange(TakeAway.Of([.. members.Where(member => replaced.Contains(member.Name)).Select(member => At(index, member.Name)).OfType<ObservedReplica>()])
            .Where(step => step is not Step.Stop { Replica.Mine: true }));
        steps.AddRange(members.Select(Standing).OfType<ObservedReplica>().Where(replica => replica is { Altered: true, State: ReplicaState.Running }).Select(Step (replica) => new Step.Mend(replica.Service, replica)));
        var awaited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            foreach (var dependency in member.DependsOn.Where(dependency => dependency.Goal != DependencyGoal.Started))
            {
                if (members.FirstOrDefault(other => other.Name == dependency.Service) is { } other && awaited.Add(other.Name))
                {
                    Await(other);
                }
            }

            var replica = Standing(member);
            if (replica is null)
            {
                steps.Add(new Step.Create(member.Name, index));
            }

            if (replica is null or { State: ReplicaState.Created })
            {
                steps.Add(new Step.Start(member.Name, replica ?? Foreseen(member, index)));
            }
        }

        foreach (var member in members.Where(member => awaited.Add(member.Name)))
        {
            Await(member);
        }

        foreach (var member in members.Where(member => member.Routed))
        {
            if (Standing(member) is not { Gateway: GatewayPlace.In })
            {
                steps.Add(new Step.Admit(member.Name, Standing(member) ?? Foreseen(member, index)));
            }
        }

        return steps.ToImmutable();

        ObservedReplica? Standing(WantedService member) => replaced.Contains(member.Name) ? null : At(index, member.Name);

        void Await(WantedService member)
        {
            var replica = Standing(member);
            if (member.OneShot && (replica is null || !IsComplete(member, replica)))
            {
                steps.Add(new Step.AwaitCompletion(member.Name, replica ?? Foreseen(member, index)));
            }
            else if (!member.OneShot && replica is not { Health: ReplicaHealth.Healthy })
            {
                steps.Add(new Step.AwaitHealthy(member.Name, replica ?? Foreseen(member, index)));
            }
        }
    }

    /// <summary>Members whose container must be made anew: broken ones, and those that live in part of one.</summary>
    private HashSet<string> Replaced(int index)
    {
        if (!current.TryGetValue(index, out var unit) || (unit.Count == members.Length && !members.Any(member => IsBroken(member, unit[member.Name]))))
        {
            return None;
        }

        var replaced = members.Where(member => At(index, member.Name) is { } replica && IsBroken(member, replica)).Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        // One that was removed by hand is as gone as a broken one to those that lived in it.
        var gone = members.Where(member => At(index, member.Name) is null).Select(member => member.Name).Concat(replaced).ToHashSet(StringComparer.Ordinal);
        while (members.FirstOrDefault(member => !gone.Contains(member.Name) && member.AttachedTo.Any(gone.Contains)) is { } attached)
        {
            gone.Add(attached.Name);
            replaced.Add(attached.Name);
        }

        return replaced;
    }

    /// <summary>What is left of the pause between two batches of a replacement that is under way; null where none is due.</summary>
    private TimeSpan? PauseLeft(List<int> complete)
    {
        var youngest = complete.Select(index => At(index, primary.Name)!.Age).Min();
        return primary.Pause > TimeSpan.Zero && !primary.OneShot && complete.Count < primary.Replicas && complete.Count % Batch == 0
            && youngest < primary.Pause && extra.Exists(Serves)
            ? primary.Pause - youngest.Value
            : null;
    }

    private void Keep(WantedService member, ObservedReplica replica)
    {
        if (!current.TryGetValue(replica.Index, out var unit))
        {
            current[replica.Index] = unit = new Dictionary<string, ObservedReplica>(StringComparer.Ordinal);
        }

        // Two of one index (a race that a lease lost): the one further along stays.
        if (!unit.TryGetValue(member.Name, out var rival))
        {
            unit[member.Name] = replica;
        }
        else if (replica.Serves(member.Routed) && !rival.Serves(member.Routed))
        {
            unit[member.Name] = replica;
            extra.Add([rival]);
        }
        else
        {
            extra.Add([replica]);
        }
    }

    private ObservedReplica? At(int index, string member) => current.GetValueOrDefault(index)?.GetValueOrDefault(member);

    private bool IsComplete(int index) => members.All(member => At(index, member.Name) is { } replica && IsComplete(member, replica)) && Replaced(index).Count == 0;

    private static bool IsComplete(WantedService member, ObservedReplica replica) =>
        member.OneShot ? replica is { State: ReplicaState.Exited, ExitCode: 0 } : replica.Serves(member.Routed);

    private static bool IsBroken(WantedService member, ObservedReplica replica) =>
        replica.Health == ReplicaHealth.Unhealthy || (replica.State == ReplicaState.Exited && !IsComplete(member, replica));

    private bool Serves(List<ObservedReplica> group) => group.Exists(replica => replica.Service == primary.Name && replica.Serves(primary.Routed));

    /// <summary>Stands in the plan for a container that is not there yet; the next look replaces it by the real one.</summary>
    private ObservedReplica Foreseen(WantedService member, int index) =>
        new("", member.Name, index, primary.Fingerprint, ReplicaState.Created, ReplicaHealth.Unknown, GatewayPlace.Out);
}
