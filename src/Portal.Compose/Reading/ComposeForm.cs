namespace Portal.Compose;

/// <summary>Tells the first version of the format, with services at the top, from all later ones.</summary>
internal static class ComposeForm
{
    private static readonly string[] ServiceKeys = ["image", "build", "extends"];

    public static bool IsVersion1(MapNode root) =>
        root.Find("services") is null
        && root.Find("version")?.Value is null or TextNode { Value: "1" or "1.0" }
        && root.Entries.Any(e => !ComposeNames.IsExtension(e.Name) && IsService(e.Value));

    /// <summary>The same with the services under <c>services</c>.</summary>
    public static MapNode Lift(MapNode root)
    {
        var services = root.With(root.Entries.Where(e => e.Name != "version" && !ComposeNames.IsExtension(e.Name)));
        var key = new TextNode(root.Line, root.Column, "services", ScalarKind.Text, ScalarStyle.Plain, true);
        return root.With([.. root.Entries.Where(e => e.Name == "version" || ComposeNames.IsExtension(e.Name)), new MapEntry(key, services)]);
    }

    private static bool IsService(Node node) => node is MapNode map && ServiceKeys.Any(k => map.Find(k) is not null);
}
