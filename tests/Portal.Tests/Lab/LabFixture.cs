using Microsoft.Playwright;
using Portal.Docker;
using Portal.Lab;
using Portal.Lab.Directories;

namespace Portal.Tests.Lab;

/// <summary>
/// The real parts that tests share: each started when it is first asked for, once per process, gone when the process ends in whatever way.
/// To add a part: one more <see cref="LabPart{T}"/> here.
/// </summary>
public static class LabFixture
{
    private static readonly TimeSpan LongestUndo = TimeSpan.FromSeconds(60);

    private static readonly Lazy<UndoLog> Undo = new(() =>
    {
        var log = UndoLog.Start();
        // The undo log notices our end by itself; waiting keeps a second run from meeting the first one's leftovers.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => log.CloseAndWait(LongestUndo);
        return log;
    });

    /// <summary>For parts that a test starts for itself.</summary>
    public static UndoLog UndoLog => Undo.Value;

    public static LabPart<LabNetwork> Network { get; } = new(() => LabNetwork.CreateAsync(UndoLog));

    /// <summary>Open to everybody, reachable from the engines.</summary>
    public static LabPart<RegistryLab> Registry { get; } = new(async () =>
        await RegistryLab.StartAsync(UndoLog, new RegistryLabOptions { Address = (await Network).Gateway.ToString() }));

    /// <summary>One engine for all tests; use names and labels of your own on it, and remove what you made.</summary>
    public static LabPart<EngineLab> Engine { get; } = new(async () =>
        await EngineLab.StartAsync(UndoLog, "lab", new EngineLabOptions { Network = await Network }));

    /// <summary>An image on <see cref="Engine"/> with a shell, that sleeps until it is told to stop.</summary>
    public static LabPart<ImageReference> Busybox { get; } = new(async () =>
    {
        var image = ImageReference.Parse("lab/busybox:1");
        await LabImages.BusyboxAsync((await Engine).Client, image, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done");
        return image;
    });

    /// <summary>One PostgreSQL; take a database of your own from it.</summary>
    public static LabPart<DatabaseLab> Database { get; } = new(() => DatabaseLab.StartAsync(UndoLog));

    /// <summary>One directory with the <see cref="SampleTree"/>; add people and groups of your own, and leave the sample's as they are.</summary>
    public static LabPart<DirectoryLab> Directory { get; } = new(() => DirectoryLab.StartAsync(UndoLog));

    /// <summary>The folder with the published portal.</summary>
    public static LabPart<string> PublishedPortal { get; } = new(() => Published.PortalAsync(UndoLog));

    /// <summary>The folder with the published sample service.</summary>
    public static LabPart<string> PublishedSample { get; } = new(() => Published.SampleAsync(UndoLog));

    /// <summary>The sample service in <see cref="Registry"/>, to make versions of.</summary>
    public static LabPart<SampleImages> Samples { get; } = new(async () => await SampleImages.MakeAsync(await Engine, await Registry, await PublishedSample));

    /// <summary>Debian's Chromium; take a context of your own.</summary>
    public static LabPart<IBrowser> Browser { get; } = new(async () => await (await Playwright.CreateAsync()).Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }));
}
