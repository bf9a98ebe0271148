using Microsoft.Extensions.Options;
using Portal.Catalog;

namespace Portal.Tests.Catalog;

/// <summary>A catalog made for one test.</summary>
internal sealed class CatalogFolder : IDisposable
{
    public const string Compose = "version: '2'\nservices:\n  web:\n    image: acme/web:${tag}\n";

    public string Path { get; } = Directory.CreateTempSubdirectory("portal-catalog-").FullName;

    /// <param name="path">inside the catalog; folders are made</param>
    public CatalogFolder Write(string path, string text)
    {
        var file = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return this;
    }

    /// <summary>One version with a question for <c>tag</c>.</summary>
    public CatalogFolder Version(string template, int number, string version, string section = "catalog") => this
        .Write($"{template}/{number}/docker-compose.yml", Compose)
        .Write($"{template}/{number}/rancher-compose.yml", $"""
            {section}:
              name: "{template}"
              version: "{version}"
              questions:
                - variable: "tag"
                  label: "Tag"
                  type: "string"
                  required: true
                  default: "latest"
            """);

    public CatalogFolder Config(string template, string? version = null) =>
        Write($"{template}/config.yml", $"name: {template} by name\ndescription: Does it.\n{(version is null ? "" : $"version: '{version}'\n")}category: Tests\n");

    public CatalogStore Store(params string[] further) => new(
        Options.Create(new CatalogOptions { BuiltIn = Path, Folders = [.. further], LookAgainAfter = TimeSpan.Zero }),
        TimeProvider.System);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
