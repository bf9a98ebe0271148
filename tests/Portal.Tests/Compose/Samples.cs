namespace Portal.Tests.Compose;

/// <summary>Texts that use much of the format, to be mangled.</summary>
internal static class Samples
{
    public const string Current = """
        name: shop
        x-common: &common
          restart: unless-stopped
          environment: &env
            LOG: ${LOG:-info}
        services:
          web:
            <<: *common
            image: shop/web:${TAG:-1}
            environment:
              <<: *env
              URL: http://${HOST-localhost}/
            ports:
              - "8080:80"
              - 127.0.0.1:9000-9002:9000-9002/udp
              - target: 443
                published: "8443"
                protocol: tcp
            volumes:
              - data:/data:ro
              - /var/run/docker.sock:/var/run/docker.sock
              - type: tmpfs
                target: /tmp
                tmpfs: { size: 64m, mode: 0o1777 }
            depends_on:
              db: { condition: service_healthy, restart: true }
            healthcheck: { test: [CMD, curl, -f, localhost], interval: 1m30s, retries: 3 }
            labels:
              portal.health: http:80/healthz
              portal.health.interval: 3s
            deploy:
              replicas: 3
              update_config: { order: start-first, parallelism: 1 }
              resources: { limits: { cpus: "0.50", memory: 50M, pids: 100 } }
            ulimits: { nofile: { soft: 1024, hard: 2048 }, nproc: 65535 }
            secrets: [key, { source: key, target: other, mode: 0440 }]
            configs: [{ source: conf, target: /etc/conf }]
          db:
            image: postgres:15
            networks: { default: { aliases: [database] } }
            env_file: [{ path: .env, required: false }]
            tmpfs: /run
            extra_hosts: ["a=1.2.3.4"]
            sysctls: { net.core.somaxconn: 1024 }
          job:
            extends: { service: web }
            profiles: [jobs]
            command: sh -c "echo $$HOME"
        networks: { default: { internal: true, ipam: { config: [{ subnet: 10.1.0.0/24 }] } } }
        volumes: { data: { labels: [a=b] } }
        secrets: { key: { external: true } }
        configs: { conf: { content: "a ${LOG:-b}" } }
        """;

    public const string Version2 = """
        version: '2'
        services:
          app:
            image: team/app
            stdin_open: true
            tty: true
            labels:
              io.rancher.sidekicks: app-data,app-log
              io.rancher.container.pull_image: always
              io.rancher.scheduler.affinity:host_label: zone=${ZONE:-a}
            volumes_from: [app-data]
            mem_limit: 512m
            cpu_shares: 512
          app-data:
            image: busybox
            labels: ["io.rancher.container.start_once=true"]
            volumes: [/data]
            network_mode: none
          app-log:
            image: team/log
            network_mode: service:app
            logging: { driver: json-file, options: { max-size: 1m } }
        """;

    public const string Version1 = """
        web:
          image: team/web
          links: ["db:database"]
          ports: [80]
          environment: [A=b, C]
          log_driver: json-file
          net: bridge
        db:
          image: mysql:5
          volume_driver: local
          volumes: ["data:/var/lib/mysql"]
        """;

    public const string Rancher = """
        version: '2'
        catalog:
          name: App
          version: 1.0.0
          questions:
            - variable: ZONE
              label: Zone
              type: enum
              options: [a, b]
              default: a
            - variable: PORT
              type: int
              min: 1
              max: 65535
              required: true
        services:
          app:
            scale: 2
            metadata: { a: b }
            health_check:
              port: 80
              request_line: GET /healthz HTTP/1.0
              interval: 2000
              response_timeout: 2000
              healthy_threshold: 2
              unhealthy_threshold: 3
            upgrade_strategy: { start_first: true }
        {{- if eq .Values.ZONE "a" }}
          other: { scale: 1 }
        {{- end }}
        """;

    public static readonly IReadOnlyList<string> All = [Current, Version2, Version1];
}
