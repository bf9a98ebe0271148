using System.Collections.Immutable;
using Portal.Compose;

namespace Portal.Stacks.Readiness;

/// <summary>Holds a stack against the rules of readiness. Pure.</summary>
public static class ReadinessJudge
{
    private static readonly ImmutableHashSet<string> Shells = ["sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"];

    /// <param name="references">Service → the image that it runs, as written.</param>
    /// <param name="images">Service → what its image is; none where that is not known.</param>
    public static ImmutableArray<ReadinessFinding> Judge(
        ComposeStack stack, IReadOnlyDictionary<string, string> references, IReadOnlyDictionary<string, ImageFacts> images, Func<ServiceSpec, int> replicas) =>
    [
        .. from service in stack.Services
           from finding in Of(service, references.GetValueOrDefault(service.Name, service.Image), images.GetValueOrDefault(service.Name), replicas(service))
           select finding,
    ];

    private static IEnumerable<ReadinessFinding> Of(ServiceSpec service, string reference, ImageFacts? image, int replicas)
    {
        var name = service.Name;
        // What runs to its end once is waited for: its end is its health, and it is neither kept up nor answered by.
        if (!service.IsOneShot && service.HealthProbe is null && service.Healthcheck is null or { Disable: true })
        {
            var port = ServicePorts.Of(service) is [var first, ..] ? first : 8080;
            yield return new ReadinessFinding(ReadinessRule.HealthCheck, name, "it has no healthcheck and no portal.health", Fix(name, $"""
                labels:
                  portal.health: "http:{port}/health"
                """));
        }

        if (service.Resources.MemoryLimit is null)
        {
            yield return new ReadinessFinding(ReadinessRule.MemoryLimit, name, "it may take all memory of the host", Fix(name, """
                deploy:
                  resources:
                    limits: {memory: 256M}
                """));
        }

        if (replicas == 1 && MayRunTwice(service))
        {
            yield return new ReadinessFinding(ReadinessRule.OneReplica, name, "one replica", Fix(name, """
                deploy:
                  replicas: 2
                """));
        }

        if (service.Init != true && image is not null && Shell(service, image) is { } shell)
        {
            yield return new ReadinessFinding(ReadinessRule.Shell, name, $"PID 1 is {shell}", Fix(name, """
                # As a list, without a shell; or exec before the program's name.
                command: ["/app/server", "--port", "8080"]
                """));
        }

        if (IsLatest(reference))
        {
            yield return new ReadinessFinding(ReadinessRule.LatestTag, name, $"its image is {reference}", Fix(name, $"""
                image: {WithoutTag(reference)}:1.4.2
                """));
        }

        if ((service.User is not null || image is not null) && IsRoot(service.User ?? image?.User))
        {
            yield return new ReadinessFinding(ReadinessRule.Root, name, service.User is null ? "its image says no user" : $"its user is {service.User}", Fix(name, """
                user: "10001:10001"
                """));
        }

        if (!service.IsOneShot && service.Restart is null or { Policy: "no" })
        {
            yield return new ReadinessFinding(ReadinessRule.Restart, name, "its engine does not start it again", Fix(name, """
                restart: unless-stopped
                """));
        }

        if (LogOf(service) is { } log)
        {
            yield return new ReadinessFinding(ReadinessRule.LogSize, name, log, Fix(name, """
                logging:
                  driver: json-file
                  options: {max-size: 10m, max-file: "3"}
                """));
        }
    }

    /// <summary>Not one whose number is another's, nor one that holds what only one can: a port of the host, or data of its own.</summary>
    private static bool MayRunTwice(ServiceSpec service) =>
        service is { IsOneShot: false, Global: false, PrimaryOf: null }
        && !service.Ports.Any(port => port.Published is not null)
        && !service.Mounts.Any(mount => mount is { Kind: MountKind.Volume, Source: not null, ReadOnly: false });

    /// <returns>Null: PID 1 is no shell, or one that makes way for the program.</returns>
    internal static string? Shell(ServiceSpec service, ImageFacts image)
    {
        // An entrypoint in the text takes the image's command away with the image's entrypoint.
        var words = (service.Entrypoint ?? image.Entrypoint).AddRange(service.Command ?? (service.Entrypoint is null ? image.Command : []));
        if (words.IsEmpty || !Shells.Contains(NameOf(words[0])))
        {
            return null;
        }

        if (NameOf(words[0]) == "busybox" && (words.Length < 2 || !Shells.Contains(words[1])))
        {
            return null;
        }

        var script = words.SkipWhile(word => word is not ("-c" or "-ec" or "-lc")).Skip(1).FirstOrDefault();
        // What is exec'ed last takes the shell's place.
        return script?.Split(["&&", ";", "\n"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.StartsWith("exec ", StringComparison.Ordinal) == true
            ? null
            : string.Join(' ', words.Take(2));
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static bool IsRoot(string? user) => user is null or "" || user.Split(':')[0] is "root" or "0" or "";

    private static bool IsLatest(string reference) => !reference.Contains('@', StringComparison.Ordinal) && (WithoutTag(reference) == reference || reference.EndsWith(":latest", StringComparison.Ordinal));

    private static string WithoutTag(string reference) => reference.LastIndexOf(':') is var colon && colon > reference.LastIndexOf('/') ? reference[..colon] : reference;

    /// <returns>Null: there is a limit, or it is kept elsewhere.</returns>
    private static string? LogOf(ServiceSpec service) => service.Logging switch
    {
        null => "its log is kept as the engine does it, without a limit",
        { Driver: null or "json-file" } logging when !logging.Options.ContainsKey("max-size") => "json-file without max-size",
        _ => null,
    };

    private static string Fix(string service, string lines) => $"services:\n  {service}:\n{string.Join('\n', lines.ReplaceLineEndings("\n").Split('\n').Select(line => $"    {line}"))}";
}
