using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Compose;
using Portal.Deployments;
using Portal.Deployments.Engine;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Lab;
using Portal.Model;
using Portal.Stacks;
using Portal.Tests.Lab;

namespace Portal.Tests.Deployments;

/// <summary>How secrets get into containers, on an engine that may be killed.</summary>
[Trait("Category", "Lab")]
public sealed class SecretFilesTests(SecretFilesTests.Lonely lonely) : IClassFixture<SecretFilesTests.Lonely>
{
    private const string Canary = "canary-in-a-file";
    private readonly EngineLab engine = lonely.Engine;

    [Fact]
    public async Task A_secret_lies_in_the_hosts_memory_and_nowhere_on_its_disk_and_goes_with_its_container()
    {
        await using var one = await lonely.MakeAsync("kept", "secrets: [key, {source: key, target: /etc/app/key, uid: \"1000\", mode: 0400}]");
        await one.StartAsync();

        Assert.Equal($"{Canary}{Canary}", await one.AskAsync("cat /run/secrets/key /etc/app/key"));
        Assert.Equal("444 0\n400 1000", await one.AskAsync("stat -c '%a %u' /run/secrets/key /etc/app/key"));
        Assert.Equal("tmpfs", await one.AskAsync("stat -f -c %T /run/secrets/key"));
        Assert.Equal("no", await one.AskAsync("echo x 2>/dev/null >/run/secrets/key || echo no"));
        // Nobody else on the host gets at it.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode($"{lonely.Memory}/secrets"));
        Assert.DoesNotContain(Canary, await OnDiskAsync(), StringComparison.Ordinal);

        await one.RemoveAsync();

        Assert.Equal([], Directory.EnumerateDirectories($"{lonely.Memory}/secrets"));
        Assert.Equal([], (await engine.Client.Containers.ListAsync(new ContainerFilter { All = true })).Select(left => left.Name));
    }

    [Fact]
    public async Task A_container_that_its_engine_starts_again_has_its_secrets_again_without_us()
    {
        await using var one = await lonely.MakeAsync("again", "secrets: [key], restart: always");
        await one.StartAsync();

        await one.AskAsync("kill 1");
        await Eventually.SeesAsync("a start by the engine itself", one.InspectAsync, seen => seen is { RestartCount: > 0, State.Status: ContainerStatus.Running });
        Assert.Equal(Canary, await one.AskAsync("cat /run/secrets/key"));

        await engine.KillAsync();
        await engine.RestartAsync();
        await Eventually.SeesAsync("the container after its engine was killed", one.InspectAsync, seen => seen.State.Status == ContainerStatus.Running);
        Assert.Equal(Canary, await one.AskAsync("cat /run/secrets/key"));
    }

    [Fact]
    public async Task After_a_loss_of_power_a_container_does_not_start_without_its_secrets_and_starts_once_they_are_back()
    {
        await using var one = await lonely.MakeAsync("power", "secrets: [key]");
        Directory.Delete(lonely.Memory, recursive: true);

        await Assert.ThrowsAsync<EngineException>(() => engine.Client.Containers.StartAsync(one.Name));
        await one.StartAsync();

        Assert.Equal(Canary, await one.AskAsync("cat /run/secrets/key"));
    }

    [Fact]
    public async Task A_secret_as_a_variable_is_in_the_containers_environment_and_in_no_label()
    {
        await using var one = await lonely.MakeAsync("variable", "labels: {portal.secret.DB_PASSWORD: key, team: red}");
        await one.StartAsync();

        var made = await one.InspectAsync();
        Assert.Equal(Canary, await one.AskAsync("echo -n $DB_PASSWORD"));
        Assert.Equal("red", made.Labels["team"]);
        Assert.DoesNotContain(made.Labels, label => label.Key.StartsWith("portal.secret", StringComparison.Ordinal) || label.Value.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_a_host_has_no_memory_to_keep_them_in_no_container_is_made()
    {
        var disk = Path.Combine(engine.Folder, "on-disk");
        var error = await Assert.ThrowsAsync<DeploymentException>(() => lonely.MakeAsync("disk", "secrets: [key]", disk));

        Assert.Contains("is on a disk", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, await OnDiskAsync(), StringComparison.Ordinal);
        Assert.Equal([], (await engine.Client.Containers.ListAsync(new ContainerFilter { All = true })).Select(left => left.Name));
    }

    /// <summary>The names of the engine's own files that hold it.</summary>
    private async Task<string> OnDiskAsync()
    {
        using var grep = Process.Start(new ProcessStartInfo("grep", ["-r", "-a", Canary, engine.Folder]) { RedirectStandardOutput = true })!;
        var found = await grep.StandardOutput.ReadToEndAsync();
        await grep.WaitForExitAsync();
        return found;
    }

    /// <summary>An engine that these tests may kill.</summary>
    public sealed class Lonely : IAsyncLifetime
    {
        private readonly ImageReference image = ImageReference.Parse("lonely:1");

        public EngineLab Engine { get; private set; } = null!;

        public string Memory { get; } = $"/dev/shm/portal-lab-{Guid.NewGuid():N}";

        public async Task InitializeAsync()
        {
            LabFixture.UndoLog.AddFolder(Memory);
            Engine = await EngineLab.StartAsync(LabFixture.UndoLog, "lonely", new EngineLabOptions { Network = await LabFixture.Network });
            await LabImages.BusyboxAsync(Engine.Client, image, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done");
        }

        public async Task DisposeAsync() => await Engine.DisposeAsync();

        /// <param name="more">Of the service, as YAML.</param>
        internal async Task<Made> MakeAsync(string stack, string more, string? memory = null)
        {
            var read = ComposeReader.Read(new ComposeSource($$"""
                services:
                  web: {image: "{{image}}", network_mode: none, <<: { {{more}} } }
                secrets: {key: {environment: KEY} }
                """, Variables: new Dictionary<string, string> { ["KEY"] = Canary }));
            Assert.True(read.Stack is not null, string.Join('\n', read.Findings));
            var none = ImmutableSortedDictionary<string, int>.Empty;
            var images = ImmutableSortedDictionary<string, ImageChoice>.Empty.Add("web", new ImageChoice(image.ToString(), null));
            var wanted = new WantedRevision(1, new RenderedStack(read.Stack, images, none, "", none), WantedStack.Nothing);
            var settings = Options.Create(new DeploymentOptions { SecretsFolder = memory ?? Memory });
            var steps = new EngineSteps(null!, null!, new SecretFiles(new SecretValues(null!, null!, new Portal.Redaction.Redactor()), new HostMemory(settings, TimeProvider.System)), null!, new StackPlaces(TimeProvider.System), new Portal.Clusters.LimitsBook(), settings);
            var made = new Made(Engine, steps, wanted, new StackPlace(Guid.CreateVersion7(), "acme", Guid.Empty, Colour.Blue, Guid.Empty, stack, Guid.Empty));
            await made.CreateAsync();
            return made;
        }
    }

    internal sealed class Made(EngineLab lab, EngineSteps steps, WantedRevision wanted, StackPlace place) : IAsyncDisposable
    {
        private readonly EngineHost engine = new(new Host { Id = Guid.CreateVersion7(), ClusterId = Guid.Empty, Name = "lonely", Endpoint = "unix:///lonely", CreatedAt = DateTimeOffset.UnixEpoch }, lab.Client);

        private ServiceSpec Service => wanted.Rendered.Compose.Services.Single();

        private ObservedReplica Replica => new(Name, "web", 1, "", ReplicaState.Created, ReplicaHealth.Unknown, default, null, false, TimeSpan.Zero);

        public string Name => ContainerMapping.Name(place, "web", 1, wanted.Rendered.FingerprintOf(Service));

        public Task CreateAsync() => steps.CreateAsync(engine, place, wanted, Service, 1, new Silence(), default);

        public Task StartAsync() => steps.StartAsync(engine, place, wanted, Service, Replica, new Silence(), default);

        public Task RemoveAsync() => steps.RemoveAsync(engine, Replica, new Silence(), default);

        public Task<ContainerDetails> InspectAsync() => lab.Client.Containers.InspectAsync(Name);

        public async Task<string> AskAsync(string script)
        {
            var result = await lab.Client.Exec.RunAsync(Name, new ExecSpec(["sh", "-c", script]) { User = "0" });
            return result.StdOut.Trim();
        }

        public async ValueTask DisposeAsync() => await RemoveAsync();
    }

    private sealed class Silence : StepLog
    {
        public override Task ProgressAsync(string text, double? fraction, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task LineAsync(string text, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
