namespace Portal.Compose;

/// <summary>Paths of a host, compared as text: nothing is looked up.</summary>
internal static class HostPath
{
    public static bool LooksLike(string source) =>
        source.Length > 0 && (source[0] is '/' or '.' or '~' or '\\' || (source.Length > 2 && source[1] == ':'));

    /// <summary>Without empty, <c>.</c> and <c>..</c> parts.</summary>
    public static string Normal(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>The directory is the path itself or above it. Both normal.</summary>
    public static bool Covers(string directory, string path) =>
        directory == "/" || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
}
