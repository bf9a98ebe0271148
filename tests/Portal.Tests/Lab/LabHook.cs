using System.Globalization;
using Portal.Docker;
using Portal.Lab;

#pragma warning disable CA1050 // The runtime looks for a startup hook outside any namespace.

/// <summary>
/// Makes a second process that uses the lab, to be killed: run before the main method of the program whose DOTNET_STARTUP_HOOKS names
/// this assembly. Starts what PORTAL_LAB_HOOK says, prints where it is, and never returns.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        var mode = Environment.GetEnvironmentVariable("PORTAL_LAB_HOOK");
        var file = Environment.GetEnvironmentVariable("PORTAL_LAB_UNDO") ?? "";
        // The runtime calls this synchronously: there is nobody to await it.
        (mode switch
        {
            null => Task.CompletedTask,
            "replay" => ReplayAsync(file),
            _ => RunAsync(mode, file),
        }).GetAwaiter().GetResult();
    }

    private static async Task ReplayAsync(string file)
    {
        await UndoLog.ReplayAsync(file);
        // The program whose main method comes next is only the vehicle.
        Environment.Exit(0);
    }

    private static async Task RunAsync(string mode, string file)
    {
        var undo = mode == "file" ? UndoLog.ToFile(file) : UndoLog.Start();
        var registry = await RegistryLab.StartAsync(undo);
        var engine = mode == "namespace" ? await EngineLab.StartAsync(undo, "doomed") : await EngineLab.StartOnHostAsync(undo);
        var image = ImageReference.Parse("doomed:1");
        await LabImages.BusyboxAsync(engine.Client, image, "sleep", "100000");
        var network = await engine.Client.Networks.CreateAsync("doomed");
        var id = await engine.Client.Containers.CreateAsync("doomed", new ContainerSpec { Image = image.ToString(), NetworkMode = "doomed" });
        await engine.Client.Containers.StartAsync(id);
        var pid = (await engine.Client.Containers.InspectAsync(id)).State.Pid;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"READY {engine.Folder} {pid} {registry.Port} {engine.Address} br-{network[..12]}"));
        await Task.Delay(Timeout.Infinite);
    }
}
