using System.Collections.Immutable;

namespace Portal.Catalog;

/// <summary>A number that differs when a file of the catalogs has come, gone or changed.</summary>
internal static class CatalogStamp
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        // A template's folder, a version's folder and its files; a clone's own .git is hidden.
        MaxRecursionDepth = 3,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    public static int Of(ImmutableArray<string> catalogs)
    {
        var hash = new HashCode();
        foreach (var catalog in catalogs)
        {
            hash.Add(catalog, StringComparer.Ordinal);
            var root = CatalogFolders.Root(catalog);
            if (!root.Exists)
            {
                continue;
            }

            foreach (var file in root.EnumerateFileSystemInfos("*", Everything).OrderBy(file => file.FullName, StringComparer.Ordinal))
            {
                hash.Add(file.FullName, StringComparer.Ordinal);
                hash.Add(file.LastWriteTimeUtc);
                hash.Add(file is FileInfo { Length: var length } ? length : 0);
            }
        }

        return hash.ToHashCode();
    }
}
