using System.Buffers;

namespace Portal.Docker;

/// <summary>Names go into paths; one that could climb out of its place is refused before anything is sent.</summary>
internal static class PathSegment
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>A container, network, volume or exec by id or name.</summary>
    public static string Of(string idOrName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(idOrName);
        if (idOrName is "." or ".." || idOrName.AsSpan().ContainsAny('/', '\\') || idOrName.Any(char.IsControl))
        {
            throw new ArgumentException("Not an id or a name an engine can have.", nameof(idOrName));
        }

        return Uri.EscapeDataString(idOrName);
    }

    /// <summary>An image by id or reference; slashes, colons and the at sign belong to it.</summary>
    public static string OfImage(string idOrReference)
    {
        if (!IsImageId(idOrReference) && !ImageReference.TryParse(idOrReference, out _))
        {
            throw new ArgumentException("Neither an image id nor an image reference.", nameof(idOrReference));
        }

        return idOrReference;
    }

    private static bool IsImageId(string text)
    {
        var hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? text.AsSpan(7) : text.AsSpan();
        return hex.Length is >= 4 and <= 64 && !hex.ContainsAnyExcept(Hex);
    }
}
