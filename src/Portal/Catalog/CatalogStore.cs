using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Portal.Catalog;

/// <summary>
/// The catalog as its folders hold it. Read again when a file has changed, at the latest <see cref="CatalogOptions.LookAgainAfter"/>
/// after it did, by whoever asks next.
/// </summary>
public sealed class CatalogStore(IOptions<CatalogOptions> options, TimeProvider clock)
{
    private readonly Lock gate = new();
    private CatalogView view = new([], []);
    private long? lookedAt;
    private int? stamp;

    public CatalogView Read()
    {
        lock (gate)
        {
            if (lookedAt is { } at && clock.GetElapsedTime(at) < options.Value.LookAgainAfter)
            {
                return view;
            }

            var folders = Folders();
            var now = CatalogStamp.Of(folders);
            if (now != stamp)
            {
                view = CatalogFolders.Read(folders);
                stamp = now;
            }

            lookedAt = clock.GetTimestamp();
            return view;
        }
    }

    public Template? FindTemplate(string template) => Read().Templates.FirstOrDefault(one => one.Name == template);

    /// <param name="version">null is the template's default</param>
    /// <returns>Null where the catalog has no such template, no such version of it, or one that cannot be used.</returns>
    public TemplateVersion? Find(string template, string? version) => FindTemplate(template)?.Version(version);

    private ImmutableArray<string> Folders() =>
        [.. options.Value.Folders, .. options.Value.BuiltIn.Length > 0 ? [options.Value.BuiltIn] : Array.Empty<string>()];
}
