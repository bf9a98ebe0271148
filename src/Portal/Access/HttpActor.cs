using Portal.Access.Sessions;

namespace Portal.Access;

public static class HttpActor
{
    /// <summary>Who calls, with what they are granted now; <see cref="Model.Actor.Nobody"/> when signed out.</summary>
    public static Actor Actor(this HttpContext http) => http.Features.Get<SessionFeature>()?.Actor ?? Model.Actor.Nobody(Source(http));

    /// <summary>The caller's address; a proxy's word for it counts only where the proxy is configured as trusted.</summary>
    internal static string Source(HttpContext http) => http.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : "unknown";

    internal static Session? Session(this HttpContext http) => http.Features.Get<SessionFeature>()?.View.Session;
}
