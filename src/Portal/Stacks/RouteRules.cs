using System.Text.RegularExpressions;
using Portal.HAProxy;

namespace Portal.Stacks;

/// <summary>What a route may be, whichever way it comes in. One that the gateway cannot take would stop it for every tenant.</summary>
public static partial class RouteRules
{
    private const int LongestHost = 200;
    private const int LongestService = 40;

    /// <param name="hostName">Lower case.</param>
    /// <returns>Null where all is well; else the field, by its name in the API, and what is wrong.</returns>
    public static (string Field, string Problem)? Problem(string service, int port, string hostName, string path) =>
        hostName.Length > LongestHost || !Identifiers.IsHost(hostName)
            ? ("hostName", $"'{hostName}' is not a host name that a route can have.")
            : !PathPattern().IsMatch(path)
                ? ("path", $"'{path}' is not a path: it starts with / and holds no blanks.")
                : TargetProblem(service, port);

    /// <summary>The same for what a route leads to alone.</summary>
    public static (string Field, string Problem)? TargetProblem(string service, int port) =>
        port is < 1 or > 65535
            ? ("port", "Say which of the container's ports the route leads to, 1 to 65535.")
            : service.Length > LongestService || !Identifiers.IsGroup(service)
                ? ("service", $"The gateway can lead only to services whose names have at most {LongestService} lower-case letters, digits, '.', '_' and '-'.")
                : null;

    // Narrower than what the gateway could take: no escapes, so that a path has one spelling.
    [GeneratedRegex(@"^/[A-Za-z0-9._~/-]{0,200}\z")]
    private static partial Regex PathPattern();
}
