namespace Portal.Pages.Shared;

/// <summary>Ids as people read them: enough to recognise, the rest by a click.</summary>
public static class ShortId
{
    /// <summary>"sha256:9b1f04c2…" for digests (also in "name@sha256:…"), the first 8 characters of ids of 16 and more; short ones stay whole.
    /// UUIDv7 ids begin with the time, so they show their last 8.</summary>
    public static string Of(string value)
    {
        var digest = value.IndexOf("sha256:", StringComparison.Ordinal);
        if (digest >= 0 && value.Length > digest + 15)
        {
            return value[..(digest + 15)] + "…";
        }

        if (Guid.TryParse(value, out _))
        {
            return "…" + value[^8..];
        }

        return value.Length >= 16 ? value[..8] + "…" : value;
    }
}
