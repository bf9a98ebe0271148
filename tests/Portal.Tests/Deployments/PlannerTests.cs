using Portal.Deployments.Planning;

namespace Portal.Tests.Deployments;

public sealed class PlannerTests
{
    private static readonly WantedService Web = new("web", "new", 1, ReplaceOrder.StartFirst, Routed: true);

    [Fact]
    public void A_redeploy_starts_the_new_replica_and_lets_it_in_before_the_former_is_drained()
    {
        var former = Replica("a", "old", GatewayPlace.In);

        var plan = Planner.Plan(new WantedStack([Web]), new ObservedStack([former], ["web"]));

        Assert.Equal(["Create", "Start", "AwaitHealthy", "Admit", "Drain", "Stop", "Remove"], plan.Steps.Select(step => step.GetType().Name));
    }

    [Fact]
    public void Stop_first_takes_the_former_away_before_anything_is_made()
    {
        var plan = Planner.Plan(new WantedStack([Web with { Order = ReplaceOrder.StopFirst }]), new ObservedStack([Replica("a", "old", GatewayPlace.In)], ["web"]));

        Assert.Equal(["Drain", "Stop", "Remove", "Create", "Start", "AwaitHealthy", "Admit"], plan.Steps.Select(step => step.GetType().Name));
    }

    [Fact]
    public void What_runs_as_wanted_is_left_alone()
    {
        var plan = Planner.Plan(new WantedStack([Web]), new ObservedStack([Replica("a", "new", GatewayPlace.In)], ["web"]));

        Assert.True(plan.Reached);
    }

    [Fact]
    public void A_replica_of_this_deployment_that_died_fails_it()
    {
        var dead = Replica("a", "new", GatewayPlace.Out) with { State = ReplicaState.Exited, ExitCode = 3, Mine = true };

        var plan = Planner.Plan(new WantedStack([Web]), new ObservedStack([dead, Replica("b", "old", GatewayPlace.In)], ["web"]));

        Assert.Equal(dead, plan.Failed);
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public void A_replica_that_died_earlier_is_made_anew()
    {
        var dead = Replica("a", "new", GatewayPlace.Out) with { State = ReplicaState.Exited, ExitCode = 3 };

        var plan = Planner.Plan(new WantedStack([Web]), new ObservedStack([dead], ["web"]));

        Assert.Null(plan.Failed);
        Assert.Equal(["Remove", "Create", "Start", "AwaitHealthy", "Admit"], plan.Steps.Select(step => step.GetType().Name));
    }

    [Fact]
    public void Services_that_the_stack_has_no_more_are_taken_away_last()
    {
        var stray = Replica("a", "old", GatewayPlace.Out) with { Service = "gone" };

        var plan = Planner.Plan(new WantedStack([Web]), new ObservedStack([stray], ["web"]));

        Assert.Equal("gone", plan.Steps[^1].Service);
        Assert.IsType<Step.Create>(plan.Steps[0]);
    }

    [Fact]
    public void Nothing_wanted_takes_everything_away()
    {
        var plan = Planner.Plan(WantedStack.Nothing, new ObservedStack([Replica("a", "old", GatewayPlace.In)], []));

        Assert.Equal(["Drain", "Stop", "Remove"], plan.Steps.Select(step => step.GetType().Name));
    }

    /// <summary>The safety promises, over generated pairs of wanted and observed. A failure names its seed.</summary>
    [Fact]
    public void Doing_the_first_step_again_and_again_reaches_the_goal_and_never_takes_a_server_away_too_early()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            var (wanted, world) = new PlannerGenerator(seed).Next();
            ReachTheGoal(seed, wanted, world);
        }
    }

    private static void ReachTheGoal(int seed, WantedStack wanted, PlannerWorld world)
    {
        for (var steps = 0; ; steps++)
        {
            var observed = world.Observe();
            var plan = Planner.Plan(wanted, observed);
            Hold(steps < 200, () => $"seed {seed}: no end after {steps} steps; next {plan.Steps.FirstOrDefault()}");
            Hold(plan.Failed is null, () => $"seed {seed}: {plan.Failed} cannot have failed, nothing in this world does");
            AssertSame(seed, plan, Planner.Plan(wanted, observed));
            if (plan.Steps.IsEmpty)
            {
                AssertReached(seed, wanted, observed);
                return;
            }

            var before = wanted.Services.ToDictionary(service => service.Name, service => world.Serving(service.Name, service.Routed));
            world.Apply(plan.Steps[0], wanted);
            foreach (var service in wanted.Services.Where(service => service is { Order: ReplaceOrder.StartFirst, OneShot: false }))
            {
                var floor = Math.Min(before[service.Name], service.Replicas);
                Hold(world.Serving(service.Name, service.Routed) >= floor, () => $"seed {seed}: {plan.Steps[0]} left {service.Name} with fewer than {floor} serving");
            }
        }
    }

    private static void AssertSame(int seed, Plan one, Plan other) =>
        Hold(one.Steps.SequenceEqual(other.Steps), () => $"seed {seed}: two plans for one state");

    private static void AssertReached(int seed, WantedStack wanted, ObservedStack observed)
    {
        Assert.All(observed.Replicas, replica => Assert.Equal("new", replica.Fingerprint));
        foreach (var service in wanted.Services)
        {
            var indexes = observed.Replicas.Where(replica => replica.Service == service.Name).Select(replica => replica.Index).Order();
            Hold(indexes.SequenceEqual(Enumerable.Range(1, service.Replicas)), () => $"seed {seed}: {service.Name} ended with replicas {string.Join(',', indexes)}");
        }

        Hold(observed.Replicas.All(replica => wanted.Services.Any(service => service.Name == replica.Service)), () => $"seed {seed}: strays stayed");
    }

    /// <summary>The message is made only when needed: there are hundreds of thousands of them.</summary>
    private static void Hold(bool promise, Func<string> broken)
    {
        if (!promise)
        {
            Assert.Fail(broken());
        }
    }

    private static ObservedReplica Replica(string id, string fingerprint, GatewayPlace place) =>
        new(id, "web", 1, fingerprint, ReplicaState.Running, ReplicaHealth.Healthy, place);
}
