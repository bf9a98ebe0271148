namespace Portal.Lab.Demo;

/// <summary>Where a demo keeps what outlives its process. Not below the checkout: PostgreSQL's account must be able to enter.</summary>
/// <param name="App">Folder of the published portal.</param>
/// <param name="Sample">Folder of the published sample web service.</param>
public sealed record DemoPlace(string Folder, string App, string Sample)
{
    public string Data => Path.Combine(Folder, "portal");
    public string PortalLog => Path.Combine(Folder, "portal.log");
    public string UndoFile => Path.Combine(Folder, "undo");
    public string Directory => Path.Combine(Folder, "directory");
    public string Registry => Path.Combine(Folder, "registry");
    public string Engine => Path.Combine(Folder, "engine");

    /// <summary>The launcher says where it has built what; one demo for each machine.</summary>
    public static DemoPlace Default()
    {
        var built = System.Environment.GetEnvironmentVariable("PORTAL_BUILT") ?? Path.Combine(AppContext.BaseDirectory, "..");
        return new DemoPlace("/var/lib/portal-demo", Path.Combine(built, "app"), Path.Combine(built, "sample"));
    }
}
