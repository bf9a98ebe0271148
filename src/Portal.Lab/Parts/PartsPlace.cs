namespace Portal.Lab.Parts;

/// <summary>Where the parts keep their data. Not below the checkout: PostgreSQL's account must be able to enter.</summary>
/// <param name="App">Folder of the published portal.</param>
/// <param name="Sample">Folder of the published sample web service.</param>
public sealed record PartsPlace(string Folder, string App, string Sample)
{
    public string Data => Path.Combine(Folder, "portal");
    public string PortalLog => Path.Combine(Folder, "portal.log");
    public string UndoFile => Path.Combine(Folder, "undo");
    public string Directory => Path.Combine(Folder, "directory");
    public string Registry => Path.Combine(Folder, "registry");
    public string Engine => Path.Combine(Folder, "engine");

    /// <summary>Where the launcher has built everything.</summary>
    public static string Built => System.Environment.GetEnvironmentVariable("PORTAL_BUILT") ?? Path.Combine(AppContext.BaseDirectory, "..");

    /// <summary>One demo for each machine.</summary>
    public static PartsPlace Demo() => In("/var/lib/portal-demo");

    public static PartsPlace In(string folder) => new(folder, Path.Combine(Built, "app"), Path.Combine(Built, "sample"));
}
