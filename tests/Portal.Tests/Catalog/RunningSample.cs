using System.Net;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Catalog;

/// <summary>A container of the sample web service on the lab's engine, made as its template has it; gone with its image when disposed.</summary>
internal sealed class RunningSample : IAsyncDisposable
{
    private const int Port = 8080;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ImageReference image;
    private readonly HttpClient http = new() { Timeout = Limit };

    private RunningSample(EngineClient engine, ImageReference image, string id)
    {
        this.image = image;
        (Engine, Id) = (engine, id);
    }

    public EngineClient Engine { get; }

    public string Id { get; }

    public static async Task<RunningSample> StartAsync(string[] baked, params (string Name, string Value)[] environment)
    {
        var lab = await LabFixture.Engine;
        var engine = lab.Client;
        var image = ImageReference.Parse($"sample-web-test/{Guid.NewGuid():N}:1");
        await LabImages.FromFolderAsync(engine, image, await LabFixture.PublishedSample, ["/app/sample-web"], [.. baked.Select(pair => $"ENV {pair}")]);
        var id = await engine.Containers.CreateAsync($"sample-web-{Guid.NewGuid():N}", new ContainerSpec
        {
            Image = image.ToString(),
            User = "65534:65534",
            ReadonlyRootfs = true,
            Tmpfs = new Dictionary<string, string> { ["/tmp"] = "" },
            CapDrop = ["ALL"],
            Memory = 128L * 1024 * 1024,
            PidsLimit = 256,
            Environment = environment.ToDictionary(pair => pair.Name, pair => (string?)pair.Value),
            PortBindings = [new PortBinding(new ContainerPort(Port))],
        });
        var running = new RunningSample(engine, image, id);
        await engine.Containers.StartAsync(id);
        await running.FindAddressAsync(lab);
        return running;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Asks until the answer is as wanted.</summary>
    /// <exception cref="TimeoutException">It was not in time; the message holds the last answer and the container's log.</exception>
    public async Task UntilAsync(string path, Func<HttpResponseMessage, bool> wanted)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var last = "no answer";
        while (clock.GetElapsedTime(started) < Limit)
        {
            try
            {
                using var answer = await GetAsync(path);
                if (wanted(answer))
                {
                    return;
                }

                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (HttpRequestException error)
            {
                last = error.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        throw new TimeoutException($"{path}: {last}\n{await LogAsync()}");
    }

    public Task UntilAsync(string path, HttpStatusCode status) => UntilAsync(path, answer => answer.StatusCode == status);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Engine.Containers.RemoveAsync(Id, force: true, volumes: true);
        await Engine.Images.RemoveAsync(image.ToString(), force: true);
    }

    private async Task FindAddressAsync(EngineLab lab)
    {
        var details = await Engine.Containers.InspectAsync(Id);
        // One that has ended already has none.
        var port = details.Ports.FirstOrDefault(binding => binding.Port.Number == Port)?.HostPort ?? 1;
        http.BaseAddress = new Uri($"http://{lab.Address}:{port}");
    }

    private async Task<string> LogAsync()
    {
        List<string> lines = [];
        await foreach (var line in Engine.Containers.LogsAsync(Id))
        {
            lines.Add(line.ToString()!);
        }

        return string.Join('\n', lines);
    }
}
