using System.Text.Json;
using Npgsql;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Images;

/// <summary>A portal that looks through its hosts' images every second and keeps those of one revision, and a registry that asks for a password.</summary>
public sealed class ImageWorld : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    public PortalWorld World { get; private set; } = null!;

    public RegistryLab Guarded { get; private set; } = null!;

    /// <summary>A tenant that has no way into the guarded registry.</summary>
    public string Stranger => $"{World.Tenant}s";

    public async Task InitializeAsync()
    {
        World = await PortalWorld.StartAsync(
            new("Portal:Images:KeepRevisions", "1"), new("Portal:Images:Every", "00:00:01"), new("Portal:Images:KeepFree", "24"));
        Guarded = await RegistryLab.StartAsync(LabFixture.UndoLog, new RegistryLabOptions { Address = (await LabFixture.Engine).Gateway.ToString(), Account = ("ci", Password) });
        await World.AddTenantAsync(Stranger);
        await World.PostAsync($"tenants/{World.Tenant}/registries", new { host = Guarded.Host, userName = "ci", password = Password });
    }

    public async Task DisposeAsync()
    {
        await World.DisposeAsync();
        await Guarded.DisposeAsync();
    }

    /// <summary>A small image in the guarded registry, and nothing of it on the host.</summary>
    /// <returns>By tag and digest.</returns>
    public async Task<ImageReference> PushAsync(string repository, string tag, EngineClient? engine = null, IReadOnlyDictionary<string, string>? files = null)
    {
        engine ??= World.Engine;
        var image = Guarded.Reference($"{World.Tenant}/{repository}:{tag}");
        await LabImages.BusyboxAsync(engine, image, ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"], [$"ENV TAG={repository}-{tag}"], files);
        var digest = await LabImages.PushAsync(engine, image, Guarded.Credentials);
        await engine.Images.RemoveAsync(image.ToString(), force: true);
        return image.WithDigest(digest);
    }

    public Task AddStackAsync(string tenant, string name, string image, string more = "") => World.PostAsync($"tenants/{tenant}/stacks", new
    {
        name,
        compose = $"services:\n  main:\n    image: {image}\n    stop_grace_period: 1s\n    {more}\n",
    });

    public async Task<PortalWorld.Ended> DeployAsync(string tenant, string stack, object request) =>
        await World.EndedAsync((await World.PostAsync($"tenants/{tenant}/stacks/{stack}/deployments", request)).GetProperty("id").GetString()!);

    public static string Tagged(ImageReference image) => $"{image.Name}:{image.Tag}";

    public async Task<bool> IsThereAsync(ImageReference image)
    {
        try
        {
            await World.Engine.Images.InspectAsync($"{image.Name}@{image.Digest}");
            return true;
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return false;
        }
    }

    public async Task<JsonElement> RevisionAsync(string stack, int number) =>
        (await World.GetAsync($"tenants/{World.Tenant}/stacks/{stack}/revisions")).EnumerateArray().Single(one => one.GetProperty("number").GetInt32() == number);

    public async Task SqlAsync(string text)
    {
        await using var source = NpgsqlDataSource.Create(World.Portal.Database);
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
