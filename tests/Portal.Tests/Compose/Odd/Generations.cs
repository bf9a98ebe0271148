using static Portal.Compose.Verdict;

namespace Portal.Tests.Compose.Odd;

/// <summary>The format through its years.</summary>
internal static class Generations
{
    public static readonly OddFile[] Files =
    [
        new("v1 with links", """
            site:
              image: team/site:4
              links:
                - store
                - store:redis
              ports: [8000]
              environment:
                - MODE=prod
              volumes: [/srv/cache]
            store:
              image: redis
              command: redis-server --appendonly yes
              volumes:
                - kept:/data
            """, Accepted, "6 ignored site.ports[0]"),
        new("v1 that builds", """
            app:
              build: .
              dockerfile: Dockerfile.prod
              links: [db]
            db:
              image: postgres:9.4
            """, Refused, "1 refused app", "2 ignored app.build", "3 ignored app.dockerfile"),
        new("v1 with its own words for net and log", """
            a:
              image: team/a
              net: "container:b"
              log_driver: syslog
              log_opt: {tag: a, syslog-facility: 3}
              mem_limit: 100000000
              cpuset: 0,1
              volumes_from: [b]
            b:
              image: team/b
              net: none
              volumes: ["/var/lib/b"]
            """, Accepted),
        new("v2 with volumes_from and a data container", """
            version: '2'
            services:
              web:
                image: team/web:7
                volumes_from: [assets:ro]
                depends_on: [assets]
                mem_limit: 1g
                memswap_limit: 2g
                cpu_quota: 50000
              assets:
                image: team/assets
                command: "true"
                volumes: [/assets]
            """, Accepted),
        new("v2.1 with conditions", """
            version: "2.1"
            services:
              api:
                image: team/api
                depends_on:
                  db:
                    condition: service_healthy
                  migrate: {condition: service_completed_successfully}
              migrate:
                image: team/api
                command: [migrate, --all]
                depends_on: {db: {condition: service_healthy}}
                restart: "no"
              db:
                image: postgres:15
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]
                  interval: 5s
                  timeout: 3s
                  retries: 10
                isolation: default
            """, Accepted, "21 ignored services.db.isolation"),
        new("v2 whose condition is missing", """
            version: "2.1"
            services:
              api:
                image: team/api
                depends_on:
                  db: {}
                  gone: {condition: service_started}
                  other: null
              db: {image: postgres}
              other: {image: postgres}
            """, Refused, "6 refused services.api.depends_on.db.condition", "7 refused services.api.depends_on.gone", "8 refused services.api.depends_on.other"),
        new("v3 for a swarm", """
            version: 3.8
            services:
              web:
                image: team/web:${TAG}
                ports:
                  - target: 80
                    published: 8080
                    protocol: tcp
                    mode: host
                deploy:
                  mode: replicated
                  replicas: 4
                  endpoint_mode: dnsrr
                  labels: {team: red}
                  placement:
                    constraints: [node.role == worker]
                    max_replicas_per_node: 2
                  restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 120s}
                  update_config: {parallelism: 2, delay: 10s, order: start-first, failure_action: rollback}
                  resources:
                    limits: {cpus: '0.50', memory: 50M}
                    reservations: {cpus: '0.25', memory: 20M}
                networks: [front]
            networks:
              front: {driver: overlay, attachable: true}
            """, Accepted, "9 ignored services.web.ports[0].mode", "13 ignored services.web.deploy.endpoint_mode", "14 ignored services.web.deploy.labels",
            "15 ignored services.web.deploy.placement", "18 ignored services.web.deploy.restart_policy.delay", "18 ignored services.web.deploy.restart_policy.window") { PortsAllowed = true },
        new("v3 with GPUs reserved", """
            services:
              train:
                image: team/train
                deploy:
                  resources:
                    reservations:
                      devices: [{driver: nvidia, count: all, capabilities: [gpu]}]
            """, Refused, "7 refused services.train.deploy.resources.reservations.devices"),
        new("the current specification, the newest of it", """
            name: newest
            include:
              - ../shared/compose.yaml
            services:
              web:
                image: team/web
                gpus: all
                use_api_socket: true
                develop:
                  watch: [{path: ., action: rebuild}]
                post_start: [{command: ./after.sh}]
                pre_stop:
                  - command: [./before.sh]
                models: [llm]
                annotations: {a: b}
                attach: false
                healthcheck: {test: [CMD, "true"], start_interval: 1s}
              llm_provider:
                provider: {type: model, options: {model: small}}
            models:
              llm: {model: ai/small}
            """, Refused, "1 ignored name", "2 refused include", "7 refused services.web.gpus", "8 refused services.web.use_api_socket", "9 ignored services.web.develop",
            "11 refused services.web.post_start", "12 refused services.web.pre_stop", "14 refused services.web.models", "15 ignored services.web.annotations",
            "16 ignored services.web.attach", "17 ignored services.web.healthcheck.start_interval", "18 refused services.llm_provider",
            "19 refused services.llm_provider.provider", "20 refused models"),
        new("profiles", """
            services:
              web: {image: team/web}
              debug:
                image: team/debug
                profiles: [debug]
                depends_on: [web]
            """, Accepted, "3 ignored services.debug"),
        new("a service that needs one whose profile is off", """
            services:
              web:
                image: team/web
                depends_on:
                  mail: {condition: service_started, required: false}
                  queue: {condition: service_started}
              mail: {image: team/mail, profiles: [mail]}
              queue: {image: team/queue, profiles: [queue]}
            """, Refused, "5 ignored services.web.depends_on.mail", "6 refused services.web.depends_on", "7 ignored services.mail", "8 ignored services.queue"),
        new("extends within the file and from another", """
            services:
              base:
                image: team/base
                environment: {A: "1", B: "2"}
              web:
                extends: base
                environment: [B=3]
              job:
                extends: {service: base}
                command: job
              far:
                extends: {file: common.yml, service: far}
            """, Refused, "12 refused services.far.extends.file"),
        new("an override with reset and override tags", """
            services:
              web:
                image: team/web
                ports: !reset []
                privileged: !reset true
                environment: !override
                  A: b
                build: !reset null
                command: !override ["serve"]
            """, Accepted),
        new("a Kubernetes manifest", """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              ports: [{port: 80}]
            """, Refused, "1 refused apiVersion", "1 refused services", "2 refused kind", "3 refused metadata", "4 refused spec"),
        new("a chart's template", """
            services:
              web:
                image: {{ .Values.image }}
            """, Refused, "3 refused services.web.image", "3 refused services.web.image"),
    ];
}
