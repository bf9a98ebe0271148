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
    public void What_was_changed_by_hand_is_put_right_in_place()
    {
        var renamed = Replica("a", "new", GatewayPlace.In) with { Altered = true };

        var plan = Planner.Plan(new WantedStack([Web]), new ObservedStack([renamed], ["web"]));

        Assert.Equal<Step>([new Step.Mend("web", renamed)], plan.Steps);
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

    [Fact]
    public void A_service_waits_for_what_it_depends_on_and_what_runs_goes_on_meanwhile()
    {
        var wanted = new WantedStack([Web with { Name = "db", Routed = false }, Web with { DependsOn = [new("db", DependencyGoal.Healthy)], Order = ReplaceOrder.StopFirst }]);

        var plan = Planner.Plan(wanted, new ObservedStack([Replica("a", "old", GatewayPlace.In)], ["web", "db"]));

        Assert.Equal<Step>([new Step.Create("db", 1)], plan.Ready);
    }

    [Fact]
    public void What_depends_on_nothing_is_done_side_by_side()
    {
        var wanted = new WantedStack([Web, Web with { Name = "api" }, Web with { Name = "worker", Replicas = 2, Routed = false }]);

        var plan = Planner.Plan(wanted, new ObservedStack([], ["web", "api", "worker"]));

        Assert.Equal<Step>([new Step.Create("web", 1), new Step.Create("api", 1), new Step.Create("worker", 1), new Step.Create("worker", 2)], plan.Ready);
    }

    [Fact]
    public void Nothing_is_touched_before_all_images_are_there()
    {
        var plan = Planner.Plan(new WantedStack([Web, Web with { Name = "api" }]), new ObservedStack([Replica("a", "old", GatewayPlace.In)], ["web"]));

        Assert.Equal<Step>([new Step.Prepare("api")], plan.Ready);
    }

    [Fact]
    public void A_batch_is_replaced_at_a_time_and_the_next_waits_for_the_pause()
    {
        var web = Web with { Replicas = 4, Batch = 2, Pause = TimeSpan.FromSeconds(30) };
        ObservedReplica Old(int index) => Replica($"old{index}", "old", GatewayPlace.In) with { Index = index };
        ObservedReplica New(int index) => Replica($"new{index}", "new", GatewayPlace.In) with { Index = index, Age = TimeSpan.FromSeconds(10) };

        var first = Planner.Plan(new WantedStack([web]), new ObservedStack([Old(1), Old(2), Old(3), Old(4)], ["web"]));
        var then = Planner.Plan(new WantedStack([web]), new ObservedStack([Old(3), Old(4), New(1), New(2)], ["web"]));

        Assert.Equal<Step>([new Step.Create("web", 1), new Step.Create("web", 2)], first.Ready);
        Assert.Equal<Step>([new Step.Pause("web", TimeSpan.FromSeconds(20))], then.Ready);
    }

    [Fact]
    public void A_sidekick_comes_and_goes_with_its_primary()
    {
        var wanted = new WantedStack([Web, Web with { Name = "logs", Routed = false, SidekickOf = "web", AttachedTo = ["web"] }]);
        var plan = Planner.Plan(wanted, new ObservedStack([Replica("a", "old", GatewayPlace.In), Replica("b", "old", GatewayPlace.Out) with { Service = "logs" }], ["web", "logs"]));

        Assert.Equal(
            [
                "Create web", "Start web", "Create logs", "Start logs", "AwaitHealthy web", "AwaitHealthy logs", "Admit web",
                "Drain web", "Stop logs", "Stop web", "Remove logs", "Remove web",
            ],
            plan.Steps.Select(step => $"{step.GetType().Name} {step.Service}"));
        Assert.Single(plan.Ready);
    }

    [Fact]
    public void A_sidekick_that_lives_in_a_container_that_is_gone_is_made_anew_with_it()
    {
        var wanted = new WantedStack([Web, Web with { Name = "logs", Routed = false, SidekickOf = "web", AttachedTo = ["web"] }]);

        var plan = Planner.Plan(wanted, new ObservedStack([Replica("b", "new", GatewayPlace.Out) with { Service = "logs" }], ["web", "logs"]));

        Assert.Equal(["Stop logs", "Remove logs", "Create web", "Start web", "Create logs", "Start logs"], plan.Steps.Take(6).Select(step => $"{step.GetType().Name} {step.Service}"));
    }

    [Fact]
    public void What_has_run_once_does_not_run_again_on_the_way_back_or_in_healing()
    {
        var migrate = new WantedService("migrate", "new", 1, ReplaceOrder.StopFirst, Routed: false, OneShot: true) { Batch = 0 };
        var web = Web with { DependsOn = [new("migrate", DependencyGoal.Completed)] };

        var forward = Planner.Plan(new WantedStack([migrate, web]), new ObservedStack([], ["web", "migrate"]));
        var back = Planner.Plan(new WantedStack([migrate with { Settled = true }, web]), new ObservedStack([], ["web"]));

        Assert.Equal<Step>([new Step.Create("migrate", 1)], forward.Ready);
        Assert.Equal<Step>([new Step.Create("web", 1)], back.Ready);
    }

    /// <summary>The safety promises, over generated pairs of wanted and observed. A failure names its seed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Doing_what_is_ready_again_and_again_reaches_the_goal_and_never_takes_a_server_away_too_early(int quarter)
    {
        const int seeds = 25_000;
        for (var seed = quarter * seeds; seed < (quarter + 1) * seeds; seed++)
        {
            var (wanted, world) = new PlannerGenerator(seed).Next();
            ReachTheGoal(seed, wanted, world);
        }
    }

    private static void ReachTheGoal(int seed, WantedStack wanted, PlannerWorld world)
    {
        var choice = new Random(seed);
        for (var steps = 0; ; steps++)
        {
            var observed = world.Observe();
            var plan = Planner.Plan(wanted, observed);
            Hold(steps < 400, () => $"seed {seed}: no end after {steps} steps; next {plan.Steps.FirstOrDefault()}");
            Hold(plan.Failed is null, () => $"seed {seed}: {plan.Failed} cannot have failed, nothing in this world does");
            if (steps == 0)
            {
                AssertSame(seed, plan, Planner.Plan(wanted, observed));
            }

            if (plan.Steps.IsEmpty)
            {
                AssertReached(seed, wanted, observed);
                return;
            }

            Hold(!plan.Ready.IsEmpty, () => $"seed {seed}: nothing can be done and the goal is not reached; next {plan.Steps[0]}");
            // One of them, or several that were begun together and end in any order.
            foreach (var step in plan.Ready.OrderBy(_ => choice.Next()).Take(choice.Next(1, plan.Ready.Length + 1)))
            {
                var before = wanted.Services.ToDictionary(service => service.Name, service => world.Serving(service.Name, service.Routed));
                AssertDependencies(seed, wanted, world, step);
                world.Apply(step, wanted);
                AssertFloor(seed, wanted, world, before, step);
            }
        }
    }

    private static void AssertFloor(int seed, WantedStack wanted, PlannerWorld world, Dictionary<string, int> before, Step step)
    {
        foreach (var service in wanted.Services.Where(service => service is { OneShot: false, SidekickOf: null }))
        {
            var batch = service.Batch > 0 ? service.Batch : service.Replicas;
            var wantedFloor = service.Order == ReplaceOrder.StartFirst ? service.Replicas : Math.Max(0, service.Replicas - batch);
            var floor = Math.Min(before[service.Name], wantedFloor);
            var attached = !service.AttachedTo.IsEmpty;
            Hold(attached || world.Serving(service.Name, service.Routed) >= floor, () => $"seed {seed}: {step} left {service.Name} with fewer than {floor} serving of {service.Replicas}, {service.Order} by {service.Batch}: {string.Join("; ", world.Observe().Replicas)}");
        }
    }

    private static void AssertDependencies(int seed, WantedStack wanted, PlannerWorld world, Step step)
    {
        if (step is not (Step.Create or Step.Start))
        {
            return;
        }

        foreach (var dependency in wanted.Services.Single(service => service.Name == step.Service).DependsOn)
        {
            var other = wanted.Services.Single(service => service.Name == dependency.Service);
            var reached = other.Settled || Enumerable.Range(1, other.Replicas).All(index => world.All(other.Name, index, "new").Any(replica => other.OneShot
                ? replica is { State: ReplicaState.Exited, ExitCode: 0 }
                : dependency.Goal == DependencyGoal.Healthy ? replica.Health == ReplicaHealth.Healthy : replica.State == ReplicaState.Running));
            Hold(reached || other.SidekickOf == step.Service, () => $"seed {seed}: {step} although {dependency} is not reached");
        }
    }

    private static void AssertSame(int seed, Plan one, Plan other) =>
        Hold(one.Steps.SequenceEqual(other.Steps) && one.Ready.SequenceEqual(other.Ready), () => $"seed {seed}: two plans for one state");

    private static void AssertReached(int seed, WantedStack wanted, ObservedStack observed)
    {
        foreach (var service in wanted.Services.Where(service => !service.Settled))
        {
            var replicas = observed.Replicas.Where(replica => replica.Service == service.Name).ToList();
            Hold(replicas.TrueForAll(replica => replica.Fingerprint == "new"), () => $"seed {seed}: a former {service.Name} stayed");
            Hold(replicas.Select(replica => replica.Index).Order().SequenceEqual(Enumerable.Range(1, service.Replicas)), () => $"seed {seed}: {service.Name} ended with replicas {string.Join(',', replicas.Select(replica => replica.Index))}");
            Hold(service.OneShot || replicas.TrueForAll(replica => replica.Serves(service.Routed)), () => $"seed {seed}: {service.Name} does not serve");
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
