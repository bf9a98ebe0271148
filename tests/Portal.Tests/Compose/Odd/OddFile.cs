using Portal.Compose;

namespace Portal.Tests.Compose.Odd;

/// <summary>A file as somebody may have it, and what an honest reading says of it.</summary>
/// <param name="Says">each finding as <c>LINE OUTCOME KEY</c>, in order, all of them</param>
public sealed record OddFile(string Name, string Text, Verdict Verdict, params string[] Says)
{
    public string? Rancher { get; init; }

    /// <summary>Under a policy that lets any port of the host be taken; otherwise the default one.</summary>
    public bool PortsAllowed { get; init; }

    public override string ToString() => Name;

    public static IReadOnlyList<OddFile> All => [.. Generations.Files, .. Values.Files, .. Parts.Files, .. YamlForms.Files, .. RancherForms.Files];

    public ComposeResult Read() => ComposeReader.Read(new ComposeSource(
        Text, Rancher, new Dictionary<string, string> { ["TAG"] = "1.2" }, PortsAllowed ? StackPolicy.Default with { AllowedHostPorts = [new PortRange(1, 65535)] } : null));
}
