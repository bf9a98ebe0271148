using Npgsql;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;
using Portal.Tests.Looks;

namespace Portal.Tests.Shipping;

/// <summary>The Dockerfile is built and run, on base images made from this machine, since none can be fetched.</summary>
[Trait("Category", "Lab")]
public sealed class ContainerImageTests
{
    private const int Port = 8080;
    private const string Image = "portal-image:test";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task The_image_builds_and_its_portal_gets_ready_without_being_root()
    {
        var engine = await LabFixture.Engine;
        await BaseImages.MakeAsync(engine);
        var (code, output, errors) = await Shell.TryAsync("docker",
        [
            "-H", $"unix://{engine.Socket}", "build", "--network", "none", "-t", Image,
            "--build-arg", $"SDK_IMAGE={BaseImages.Sdk}", "--build-arg", $"RUNTIME_IMAGE={BaseImages.Runtime}", "--build-arg", "PACKAGES=", await SourceAsync(),
        ]);
        Assert.True(code == 0, $"{errors}\n{string.Join('\n', output.Split('\n').TakeLast(30))}");
        var database = new NpgsqlConnectionStringBuilder(await (await LabFixture.Database).CreateAsync());
        await using var bridge = new SocketBridge(engine.Gateway, Path.Combine(database.Host!, ".s.PGSQL.5432"));
        (database.Host, database.Port) = (engine.Gateway.ToString(), bridge.Port);
        var id = await engine.Client.Containers.CreateAsync("portal-image-test", new ContainerSpec
        {
            Image = Image,
            Environment = new Dictionary<string, string?> { ["Portal__ConnectionString"] = database.ConnectionString },
            PortBindings = [new PortBinding(new ContainerPort(Port))],
        });
        try
        {
            await engine.Client.Containers.StartAsync(id);
            var details = await engine.Client.Containers.InspectAsync(id);
            var port = details.Ports.First(binding => binding.Port.Number == Port && binding.HostPort > 0).HostPort;
            using var http = new HttpClient { BaseAddress = new Uri($"http://{engine.Address}:{port}") };

            await Eventually.SeesAsync("a portal that is ready", () => ReadyAsync(http, engine.Client, id), seen => seen == "ready", Patience);

            Assert.Equal("10001", (await Shell.RunAsync("stat", ["-c", "%u", $"/proc/{details.State.Pid}"])).Trim());
        }
        finally
        {
            await engine.Client.Containers.RemoveAsync(id, force: true, volumes: true);
        }
    }

    [Fact]
    public async Task The_compose_file_is_one_that_docker_compose_reads()
    {
        await Shell.RunAsync("bash",
        [
            "-c", "cd \"$0\" && env SDK_IMAGE=a RUNTIME_IMAGE=b HAPROXY_IMAGE=c POSTGRES_IMAGE=d DATABASE_PASSWORD=e DOCKER_GID=1 docker-compose -f compose.yaml config -q", Repository.Root,
        ]);
    }

    private static async Task<string> ReadyAsync(HttpClient http, EngineClient engine, string id)
    {
        try
        {
            using var answer = await http.GetAsync("/healthz/ready");
            return answer.IsSuccessStatusCode ? "ready" : $"{(int)answer.StatusCode}";
        }
        catch (HttpRequestException error)
        {
            var lines = new List<string>();
            await foreach (var line in engine.Containers.LogsAsync(id, new LogOptions { Tail = 20 }))
            {
                lines.Add(line.Text);
            }

            return $"{error.Message}\n{string.Join('\n', lines)}";
        }
    }

    /// <summary>What a clone would have.</summary>
    private static async Task<string> SourceAsync()
    {
        var folder = Directory.CreateTempSubdirectory("portal-source-").FullName;
        LabFixture.UndoLog.AddFolder(folder);
        await Shell.RunAsync("bash",
        [
            "-c", "cd \"$0\" && git ls-files -z --cached --others --exclude-standard -- ':!tests' ':!docs' | xargs -0 sh -c 'for file; do [ -e \"$file\" ] && printf \"%s\\0\" \"$file\"; done' sh | tar --null -T - -cf - | tar -xf - -C \"$1\"", Repository.Root, folder,
        ]);
        return folder;
    }
}
