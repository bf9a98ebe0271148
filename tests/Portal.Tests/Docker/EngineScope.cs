using System.Security.Cryptography;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Docker;

/// <summary>A test's own corner of the shared engine: names that nobody else has, and everything in it removed at the end.</summary>
internal sealed class EngineScope : IAsyncDisposable
{
    private const string LabelKey = "portal.test";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));

    private EngineScope(EngineLab engine, ImageReference image) => (Engine, Image) = (engine, image);

    public EngineLab Engine { get; }

    public EngineClient Client => Engine.Client;

    public ImageReference Image { get; }

    public string Label => $"{LabelKey}={id}";

    public IReadOnlyDictionary<string, string> Labels => new Dictionary<string, string> { [LabelKey] = id };

    /// <summary>Ends a test that would wait for ever.</summary>
    public CancellationToken Cancel => limit.Token;

    public static async Task<EngineScope> OpenAsync() => new(await LabFixture.Engine, await LabFixture.Busybox);

    public string Name(string suffix) => $"t{id}-{suffix}";

    public ContainerSpec Spec(params string[] command) => new()
    {
        Image = Image.ToString(),
        Command = command.Length == 0 ? null : command,
        Labels = Labels,
    };

    public ContainerSpec Script(string script) => Spec("sh", "-c", script);

    public async Task<string> RunAsync(ContainerSpec spec, string suffix = "c")
    {
        var container = await Client.Containers.CreateAsync(Name(suffix), spec, Cancel);
        await Client.Containers.StartAsync(container, Cancel);
        return container;
    }

    public static async Task WaitUntilAsync(string what, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            await Task.Delay(20, CancellationToken.None);
            Assert.False(limit.IsCancellationRequested, $"Waited in vain until {what}.");
        }
    }

    public static async Task<EngineException> FailsAsync(EngineErrorKind kind, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<EngineException>(call);
        Assert.True(error.Kind == kind, $"{error.Error}");
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await Client.Containers.ListAsync(new ContainerFilter { All = true, Labels = [Label] }))
        {
            await Client.Containers.RemoveAsync(container.Id, force: true, volumes: true);
        }

        foreach (var network in await Client.Networks.ListAsync([Label]))
        {
            await Client.Networks.RemoveAsync(network.Id);
        }

        foreach (var volume in await Client.Volumes.ListAsync([Label]))
        {
            await Client.Volumes.RemoveAsync(volume.Name);
        }

        limit.Dispose();
    }
}
