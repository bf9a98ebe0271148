using System.Text;

namespace Portal.Compose;

/// <summary>What becomes of every key of a Compose or Rancher text, as a document.</summary>
public static class ComposeKeys
{
    private static readonly (string Scope, string Title)[] Sections =
    [
        ("top", "The file"),
        ("service", "services.NAME"),
        ("service.env_file", "services.NAME.env_file[]"),
        ("service.extends", "services.NAME.extends"),
        ("service.depends_on", "services.NAME.depends_on.NAME"),
        ("service.healthcheck", "services.NAME.healthcheck"),
        ("service.logging", "services.NAME.logging"),
        ("service.networks", "services.NAME.networks.NAME"),
        ("service.ports", "services.NAME.ports[]"),
        ("service.volumes", "services.NAME.volumes[]"),
        ("service.volumes.bind", "services.NAME.volumes[].bind"),
        ("service.volumes.volume", "services.NAME.volumes[].volume"),
        ("service.volumes.tmpfs", "services.NAME.volumes[].tmpfs"),
        ("service.file", "services.NAME.secrets[] and configs[]"),
        ("service.ulimits", "services.NAME.ulimits.NAME"),
        ("service.deploy", "services.NAME.deploy"),
        ("service.deploy.update", "services.NAME.deploy.update_config and rollback_config"),
        ("service.deploy.restart", "services.NAME.deploy.restart_policy"),
        ("service.deploy.resources", "services.NAME.deploy.resources"),
        ("service.deploy.resources.limits", "services.NAME.deploy.resources.limits"),
        ("service.deploy.resources.reservations", "services.NAME.deploy.resources.reservations"),
        ("network", "networks.NAME"),
        ("network.ipam", "networks.NAME.ipam"),
        ("network.ipam.config", "networks.NAME.ipam.config[]"),
        ("external", "external, as a mapping"),
        ("volume", "volumes.NAME"),
        ("secret", "secrets.NAME"),
        ("config", "configs.NAME"),
        ("rancher", "rancher-compose.yml"),
        ("rancher.service", "rancher-compose.yml: a service"),
        ("rancher.health_check", "rancher-compose.yml: health_check"),
        ("rancher.upgrade_strategy", "rancher-compose.yml: upgrade_strategy"),
        ("rancher.catalog", "rancher-compose.yml: catalog"),
        ("rancher.question", "rancher-compose.yml: catalog.questions[]"),
        ("config.yml", "config.yml of a catalog entry"),
    ];

    /// <summary>The tables of <c>docs/compose.md</c>, in Markdown, lines ending in a line feed.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var (scope, title) in Sections)
        {
            Header(text, title, "Key");
            foreach (var rule in KeyTable.All.Where(r => r.Scope == scope && r.Treatment != KeyTreatment.WithParent).OrderBy(r => r.Name, StringComparer.Ordinal))
            {
                Row(text, rule.Name, rule.Treatment, rule.Note);
            }
        }

        Header(text, "Labels of Rancher's", "Label");
        foreach (var (name, treatment, note) in RancherWords.Labels)
        {
            Row(text, name, treatment, note);
        }

        return text.ToString();
    }

    private static void Header(StringBuilder text, string title, string first) =>
        text.Append("\n## ").Append(title).Append("\n\n| ").Append(first).Append(" | | |\n|---|---|---|\n");

    private static void Row(StringBuilder text, string name, KeyTreatment treatment, string note) =>
        text.Append("| `").Append(name).Append("` | ").Append(Word(treatment)).Append(" | ").Append(note).Append(" |\n");

    private static string Word(KeyTreatment treatment) => treatment switch
    {
        KeyTreatment.Honoured => "honoured",
        KeyTreatment.Policy => "by policy",
        KeyTreatment.Ignored => "ignored",
        _ => "refused",
    };
}
