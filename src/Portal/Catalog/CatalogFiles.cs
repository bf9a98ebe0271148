using System.Collections.Immutable;

namespace Portal.Catalog;

/// <summary>
/// Reads a catalog's files. They may have been cloned from anywhere, so links are not followed: one could lead to any file that
/// the portal can read.
/// </summary>
internal static class CatalogFiles
{
    public const string Compose = "docker-compose.yml";
    public const string Rancher = "rancher-compose.yml";
    public const string Config = "config.yml";
    public const string Readme = "README.md";
    public const string TemplateSuffix = ".tpl";

    private const int LongestText = 512 * 1024;
    private const int LargestBeside = 64 * 1024;
    private const int MostBeside = 32;
    private const int DeepestBeside = 1;
    private const int LargestIcon = 512 * 1024;

    private static readonly Dictionary<string, string> IconTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
    };

    /// <summary>Folders inside a folder, by name, without links and hidden ones.</summary>
    public static IEnumerable<DirectoryInfo> Folders(DirectoryInfo folder) => folder
        .EnumerateDirectories()
        .Where(inner => inner.LinkTarget is null && !inner.Name.StartsWith('.'))
        .OrderBy(inner => inner.Name, StringComparer.Ordinal);

    /// <returns>Null where the file is absent.</returns>
    /// <exception cref="CatalogFileException">It is a link, or too long.</exception>
    public static string? Text(DirectoryInfo folder, string name)
    {
        var file = new FileInfo(Path.Combine(folder.FullName, name));
        if (file.LinkTarget is not null)
        {
            throw new CatalogFileException(name, "is a link, and links are not followed");
        }

        return !file.Exists ? null
            : file.Length > LongestText ? throw new CatalogFileException(name, $"is longer than {LongestText / 1024} KiB")
            : File.ReadAllText(file.FullName);
    }

    /// <returns>Null where there is none.</returns>
    /// <exception cref="CatalogFileException">There is one that cannot be shown.</exception>
    public static TemplateIcon? Icon(DirectoryInfo folder)
    {
        var file = folder.EnumerateFiles("catalogIcon-*").OrderBy(candidate => candidate.Name, StringComparer.Ordinal).FirstOrDefault();
        return file is null ? null
            : !IconTypes.TryGetValue(file.Extension, out var type) ? throw new CatalogFileException(file.Name, "is of no kind of image that pages show")
            : Unusable(file) is { } problem ? throw new CatalogFileException(file.Name, problem)
            : new TemplateIcon(file.FullName, type);
    }

    /// <returns>Null where the file is gone, or has become something else since it was found.</returns>
    public static async Task<(byte[] Bytes, DateTimeOffset Changed)?> IconAsync(TemplateIcon icon, CancellationToken cancellationToken)
    {
        var file = new FileInfo(icon.Path);
        return file.Exists && Unusable(file) is null
            ? (await File.ReadAllBytesAsync(file.FullName, cancellationToken), new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))
            : null;
    }

    /// <summary>
    /// Small texts of a version's folder and the folders in it, by path, without its own files, links and hidden ones. What is too large,
    /// too deep or one too many is left out: a stack that needs it is told that it is missing.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Beside(DirectoryInfo folder)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        Take(folder, "", 0);
        return texts.ToImmutable();

        void Take(DirectoryInfo inner, string path, int depth)
        {
            foreach (var file in inner.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                if (texts.Count < MostBeside && file.LinkTarget is null && file.Length <= LargestBeside && !(depth == 0 && IsOwn(file.Name)))
                {
                    texts[path + file.Name] = File.ReadAllText(file.FullName);
                }
            }

            foreach (var deeper in depth < DeepestBeside ? inner.EnumerateDirectories().Where(one => one.LinkTarget is null && !one.Name.StartsWith('.')) : [])
            {
                Take(deeper, $"{path}{deeper.Name}/", depth + 1);
            }
        }
    }

    private static bool IsOwn(string name) =>
        name is Readme || name.StartsWith(Compose, StringComparison.Ordinal) || name.StartsWith(Rancher, StringComparison.Ordinal);

    private static string? Unusable(FileInfo icon) =>
        icon.LinkTarget is not null ? "is a link, and links are not followed"
        : icon.Length > LargestIcon ? $"is larger than {LargestIcon / 1024} KiB"
        : null;
}

/// <summary>A file of a catalog that is there and cannot be used. The message is for people.</summary>
internal sealed class CatalogFileException(string file, string reason) : Exception(reason)
{
    public string FileName => file;
}
