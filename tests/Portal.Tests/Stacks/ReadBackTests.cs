using Portal.Compose;
using Portal.Docker;
using Portal.Stacks;
using Portal.Stacks.Adopting;
using MountKind = Portal.Docker.MountKind;

namespace Portal.Tests.Stacks;

public sealed class ReadBackTests
{
    private static readonly ImageConfig Plain = new(null, null, [], [], [], [], [], new Dictionary<string, string>(), null);

    [Fact]
    public void What_the_image_brings_along_is_not_said_again()
    {
        var image = Plain with { User = "app", Command = ["serve"], Environment = ["PATH=/bin", "MODE=fast"], Labels = new Dictionary<string, string> { ["made"] = "there" }, ExposedPorts = [new ContainerPort(80)] };
        var definition = Read(image, new ContainerSpec
        {
            Image = "web:1",
            User = "app",
            Command = ["serve"],
            Environment = new Dictionary<string, string?> { ["PATH"] = "/bin", ["MODE"] = "slow" },
            Labels = new Dictionary<string, string> { ["made"] = "there", ["com.docker.compose.project"] = "shop" },
            ExposedPorts = [new ContainerPort(80)],
            RestartPolicy = new RestartPolicy(RestartKind.No),
        });

        var service = Assert.Single(Good(definition).Services);
        Assert.Null(service.User);
        Assert.Null(service.Command);
        Assert.Equal(["MODE"], service.Environment.Keys);
        Assert.Empty(service.Labels);
        Assert.Empty(service.Expose);
        Assert.Null(service.Restart);
    }

    [Fact]
    public void What_the_policy_does_not_allow_is_left_out_and_said()
    {
        var definition = Read(Plain, new ContainerSpec
        {
            Image = "web:1",
            Privileged = true,
            CapAdd = ["SYS_ADMIN"],
            Devices = [new DeviceMapping("/dev/null", "/dev/null")],
            NetworkMode = "host",
            PidMode = "host",
            SecurityOpt = ["seccomp=unconfined"],
            PortBindings = [new PortBinding(new ContainerPort(80), 8080)],
        }, new ContainerMount(MountKind.Bind, null, "/var/run/docker.sock", "/var/run/docker.sock", true));

        Good(definition);
        Assert.Equal(["cap_add", "devices", "network_mode", "pid", "ports", "privileged", "security_opt", "volumes"], definition.Notes.Select(note => note.Key).Order());
        Assert.Contains("port 80", definition.Notes.Single(note => note.Key == "ports").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_answers_and_never_in_the_text_and_dollars_stay_dollars()
    {
        var definition = Read(Plain, new ContainerSpec
        {
            Image = "web:1",
            Command = ["sh", "-c", "echo $HOME ${X}"],
            Environment = new Dictionary<string, string?> { ["API_TOKEN"] = "t$1{", ["PRICE"] = "$5", ["YES"] = "yes", ["OCTAL"] = "0644", ["LINES"] = "one\ntwo: #three", ["EMPTY"] = "", ["KEYBOARD"] = "de" },
        });

        Assert.DoesNotContain("t$1{", definition.Compose, StringComparison.Ordinal);
        var service = Assert.Single(Good(definition).Services);
        Assert.Equal("t$1{", service.Environment["API_TOKEN"]);
        Assert.Equal(["API_TOKEN"], definition.Answers.Keys);
        Assert.Equal(("$5", "yes", "0644", "one\ntwo: #three", ""), (service.Environment["PRICE"], service.Environment["YES"], service.Environment["OCTAL"], service.Environment["LINES"], service.Environment["EMPTY"]));
        Assert.Equal(["sh", "-c", "echo $HOME ${X}"], service.Command!);
    }

    [Fact]
    public void Two_secrets_of_one_name_keep_each_its_value()
    {
        var definition = ReadBack.Of("shop", [Member("one", Plain, Secret("first-value")), Member("two", Plain, Secret("second-value"))]);

        var services = Good(definition).Services;
        Assert.Equal(["first-value", "second-value"], services.Select(service => service.Environment["DB_PASSWORD"]));

        static ContainerSpec Secret(string value) => new() { Image = "web:1", Environment = new Dictionary<string, string?> { ["DB_PASSWORD"] = value } };
    }

    [Fact]
    public void Containers_belong_together_as_their_maker_says()
    {
        var stacks = ForeignStacks.Of(
        [
            Summary("shop_web_1", ("com.docker.compose.project", "shop"), ("com.docker.compose.service", "web")),
            Summary("shop_web_2", ("com.docker.compose.project", "shop"), ("com.docker.compose.service", "web")),
            Summary("r-crm-app-1", ("io.rancher.stack.name", "crm"), ("io.rancher.stack_service.name", "crm/app")),
            Summary("tick_clock.1.x", ("com.docker.stack.namespace", "tick"), ("com.docker.swarm.service.name", "tick_clock")),
            Summary("rancher-agent", ("io.rancher.container.system", "true")),
            Summary("ours", ("portal.tenant", "x")),
            Summary("lonely"),
        ]);

        Assert.Equal(["crm: app", "lonely: lonely", "shop: web", "tick: clock"], stacks.Select(stack => $"{stack.Name}: {string.Join(' ', stack.Services.Select(service => service.Name))}"));
        Assert.Equal(2, stacks.Single(stack => stack.Name == "shop").Services[0].Containers.Length);
    }

    private static ComposeStack Good(AdoptedDefinition definition)
    {
        var read = new StackDefinition(definition.Compose, null, definition.Answers).Read(StackPolicy.Default);
        Assert.True(read is { Verdict: Verdict.Accepted, Stack: not null }, $"{definition.Compose}\n{string.Join('\n', read.Findings)}");
        return read.Stack!;
    }

    private static AdoptedDefinition Read(ImageConfig image, ContainerSpec spec, params ContainerMount[] mounts) => ReadBack.Of("shop", [Member("web", image, spec, mounts)]);

    private static ForeignMember Member(string service, ImageConfig image, ContainerSpec spec, params ContainerMount[] mounts) => new(
        service,
        [new ContainerDetails(new string('a', 64), service, spec.Image, "sha256:1", DateTimeOffset.UnixEpoch, spec.Labels, spec.Environment, new ContainerState(ContainerStatus.Running, true, 0, false, null, null, null, 1, new ContainerHealth(HealthStatus.None)), 0,
            new Dictionary<string, global::Portal.Docker.NetworkAttachment>(), [], mounts, [], spec)],
        new ImageDetails("sha256:1", [], [], null, 1, "amd64", "linux", image, []));

    private static ContainerSummary Summary(string name, params (string Key, string Value)[] labels) => new(
        name, name, "web:1", "sha256:1", "", DateTimeOffset.UnixEpoch, ContainerStatus.Running, "Up", labels.ToDictionary(label => label.Key, label => label.Value), [], new Dictionary<string, global::Portal.Docker.NetworkAttachment>());
}
