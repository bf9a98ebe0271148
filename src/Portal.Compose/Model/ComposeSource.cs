namespace Portal.Compose;

/// <summary>Everything that reading a stack takes: the texts, what fills their variables, and what the tenant may ask for.</summary>
/// <param name="Compose">the Compose text, v1 to the current specification</param>
/// <param name="Rancher">the text of a rancher-compose.yml beside it</param>
/// <param name="Variables">values for <c>${NAME}</c>; a name that is absent here has no value, one that maps to "" has a blank one</param>
/// <param name="Policy">null means <see cref="StackPolicy.Default"/></param>
/// <param name="FileName">how findings call the Compose text</param>
/// <param name="EnvFiles">contents of the files that env_file, label_file and configs name, by the name as written</param>
/// <param name="Profiles">profiles that are switched on; <c>*</c> switches all on</param>
public sealed record ComposeSource(
    string Compose,
    string? Rancher = null,
    IReadOnlyDictionary<string, string>? Variables = null,
    StackPolicy? Policy = null,
    string FileName = "docker-compose.yml",
    IReadOnlyDictionary<string, string>? EnvFiles = null,
    IReadOnlyCollection<string>? Profiles = null)
{
    /// <summary>How findings call the Rancher text.</summary>
    public const string RancherFileName = "rancher-compose.yml";
}
