using static Portal.Compose.Verdict;

namespace Portal.Tests.Compose.Odd;

/// <summary>Catalog entries as Rancher 1.6 had them.</summary>
internal static class RancherForms
{
    public static readonly OddFile[] Files =
    [
        new("sidekicks and schedulers", """
            version: '2'
            services:
              app:
                image: team/app:${TAG}
                labels:
                  io.rancher.sidekicks: app-data, app-log
                  io.rancher.scheduler.global: 'true'
                  io.rancher.scheduler.affinity:host_label_soft: disk=ssd
                  io.rancher.container.hostname_override: container_name
                  io.rancher.container.pull_image: always
                volumes_from: [app-data]
              app-data:
                image: team/data
                labels: {io.rancher.container.start_once: true}
                volumes: [/data]
              app-log:
                image: team/log
                network_mode: service:app
            """, Accepted, "3 ignored services.app.scale", "8 ignored services.app.labels.io.rancher.scheduler.affinity:host_label_soft", "9 ignored services.app.labels.io.rancher.container.hostname_override",
            "8 ignored services.app.retain_ip")
        {
            Rancher = """
                version: '2'
                catalog:
                  name: App
                  questions: [{variable: TAG, default: "1"}]
                services:
                  app:
                    scale: 2
                    retain_ip: true
                    upgrade_strategy: {start_first: true}
                    health_check:
                      port: 80
                      request_line: 'GET "/ok" HTTP/1.0'
                  app-log:
                    scale: 2
                """,
        },
        new("a sidekick that is not there", """
            app:
              image: team/app
              labels:
                io.rancher.sidekicks: gone
            """, Refused, "1 refused app.labels"),
        new("the load balancer that the gateway replaces", """
            version: '2'
            services:
              lb: {image: rancher/lb-service-haproxy:v0.9.1, ports: ["80"]}
              web: {image: team/web}
            """, Refused, "3 refused services.lb.image", "3 ignored services.lb.ports[0]", "4 ignored services.lb.lb_config") { Rancher = "version: '2'\nservices:\n  lb:\n    lb_config: {port_rules: []}\n" },
        new("the older catalog key, version 1 of rancher-compose", "web:\n  image: team/web\n", Accepted)
        {
            Rancher = ".catalog:\n  name: Web\n  version: 1.0\nweb:\n  scale: 3\n",
        },
        new("a rancher-compose that is no YAML", "web:\n  image: team/web\n", Unreadable, "2 refused ") { Rancher = "web: [\n" },
        new("the catalog section in the wrong file", """
            version: '2'
            catalog: {name: x}
            services:
              web: {image: team/web}
            """, Accepted, "2 ignored catalog"),
    ];
}
