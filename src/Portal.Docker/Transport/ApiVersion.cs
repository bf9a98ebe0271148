using System.Globalization;

namespace Portal.Docker;

internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>Oldest engine we speak to (19.03).</summary>
    public static readonly ApiVersion Floor = new(1, 40);

    /// <summary>Newest version whose shapes we know; 1.52 changes what events and disk usage look like.</summary>
    public static readonly ApiVersion Newest = new(1, 51);

    public static bool TryParse(string? text, out ApiVersion version)
    {
        version = default;
        var parts = text?.Trim().Split('.');
        if (parts is not { Length: 2 }
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return false;
        }

        version = new ApiVersion(major, minor);
        return true;
    }

    /// <summary>The version to speak with an engine that offers this one, or null where it is too old.</summary>
    public static ApiVersion? Negotiate(ApiVersion offered) =>
        offered.CompareTo(Floor) < 0 ? null : offered.CompareTo(Newest) < 0 ? offered : Newest;

    public int CompareTo(ApiVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public override string ToString() => $"{Major}.{Minor}";
}
