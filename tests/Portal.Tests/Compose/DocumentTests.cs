using Portal.Compose;

namespace Portal.Tests.Compose;

public sealed class DocumentTests
{
    private const string Marker = "<!-- From here on made from src/Portal.Compose/Keys; PORTAL_UPDATE_DOCS=1 in a test run writes it. -->\n";

    [Fact]
    public void The_table_of_keys_in_the_docs_is_that_of_the_code()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Portal.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("no Portal.sln above the tests");
        }

        var path = Path.Combine(root.FullName, "docs", "compose.md");
        var text = File.ReadAllText(path);
        var wanted = text[..(text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)] + ComposeKeys.ToMarkdown();
        if (Environment.GetEnvironmentVariable("PORTAL_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, wanted);
        }

        Assert.Equal(wanted, File.ReadAllText(path));
    }
}
