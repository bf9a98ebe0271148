using Portal.Lab.Parts;
using Portal.Docker;

namespace Portal.Lab.Demo;

/// <summary>Stops and removes all that a demo started, and nothing else. Works after a killed one too.</summary>
public static class DemoDown
{
    /// <summary>Every container that the demo's portal makes says whose it is.</summary>
    private const string TenantLabel = "portal.tenant.name";
    private const string SideLabel = "portal.environment";

    public static async Task<int> ExecuteAsync(PartsPlace place, CancellationToken cancel)
    {
        if (!File.Exists(place.UndoFile))
        {
            Console.WriteLine("Nothing of a demo is here.");
            return 0;
        }

        await StopPortalAsync(place, cancel);
        await RemoveContainersAsync(cancel);
        await UndoLog.ReplayAsync(place.UndoFile, cancel);
        System.IO.Directory.Delete(place.Folder, recursive: true);
        Console.WriteLine("The demo is gone.");
        return 0;
    }

    /// <summary>First, or it would heal what is removed.</summary>
    private static Task StopPortalAsync(PartsPlace place, CancellationToken cancel) =>
        UndoLog.RunAsync($"+1 end_programs {UndoLog.Quote(place.App)} Portal\n", cancel);

    private static async Task RemoveContainersAsync(CancellationToken cancel)
    {
        using var engine = new EngineClient(EngineEndpoint.Parse("unix:///var/run/docker.sock"));
        try
        {
            foreach (var tenant in SampleTenants.All)
            {
                await RemoveAsync(engine, tenant, cancel);
            }
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Unavailable)
        {
            // The demo's own engine, ended already, takes its containers with it.
            Console.WriteLine("No Docker engine answers; its containers go with it.");
        }
    }

    private static async Task RemoveAsync(EngineClient engine, string tenant, CancellationToken cancel)
    {
        foreach (var container in await engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"{TenantLabel}={tenant}"] }, cancel))
        {
            await engine.Containers.RemoveAsync(container.Id, force: true, volumes: true, cancel);
        }

        foreach (var network in (await engine.Networks.ListAsync([SideLabel], cancel)).Where(network => network.Name.StartsWith($"{tenant}-", StringComparison.Ordinal)))
        {
            await engine.Networks.RemoveAsync(network.Id, cancel);
        }

        foreach (var volume in (await engine.Volumes.ListAsync([SideLabel], cancel)).Where(volume => volume.Name.StartsWith($"{tenant}-", StringComparison.Ordinal)))
        {
            await engine.Volumes.RemoveAsync(volume.Name, cancel: cancel);
        }
    }
}
