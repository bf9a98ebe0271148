using static Portal.Compose.Verdict;

namespace Portal.Tests.Compose.Odd;

/// <summary>Values in all the ways that people write them.</summary>
internal static class Values
{
    public static readonly OddFile[] Files =
    [
        new("booleans of YAML 1.1", """
            services:
              web:
                image: team/web
                tty: yes
                stdin_open: on
                read_only: NO
                init: Off
                environment: {DEBUG: yes, TRACE: no}
                restart: no
            """, Accepted),
        new("a boolean where a word belongs", "services:\n  web:\n    image: a\n    restart: false\n    user: 1000\n    hostname: true\n", Refused,
            "4 refused services.web.restart", "5 refused services.web.user", "6 refused services.web.hostname"),
        new("ports unquoted as base sixty", """
            services:
              git:
                image: team/git
                ports:
                  - 22:22
                  - 3306
                  - 80:80/tcp
            """, Accepted, "6 ignored services.git.ports[1]") { PortsAllowed = true },
        new("ports of the host under the default policy", "services:\n  web:\n    image: a\n    ports:\n      - 8080:80\n", Refused, "5 refused services.web.ports[0]"),
        new("ranges of ports", """
            services:
              web:
                image: team/web
                expose: [3000, "4000-4005", 5000/udp]
                ports:
                  - "9090-9091:8080-8081"
                  - "127.0.0.1:5000-5010:5000-5010"
                  - "49100:22"
                  - "6060:6060/UDP"
                  - "8000-8010:80"
                  - {target: 81, published: "8100-8110"}
                  - "3000-3005"
            """, Refused, "10 refused services.web.ports[4]", "11 refused services.web.ports[5]", "12 ignored services.web.ports[6]") { PortsAllowed = true },
        new("ports on addresses", """
            services:
              web:
                image: team/web
                ports:
                  - "[::1]:8081:81"
                  - "::1:8082:82"
                  - "127.0.0.1::83"
                  - 0.0.0.0:8084:84
                  - {target: 85, published: "8085", host_ip: "::"}
                  - "host.example:86:86"
                  - "99999:80"
                  - ":80"
                  - "80:"
            """, Refused, "7 ignored services.web.ports[2]", "10 refused services.web.ports[5]", "11 refused services.web.ports[6]", "12 refused services.web.ports[7]",
            "13 refused services.web.ports[8]") { PortsAllowed = true },
        new("names of other hosts", """
            services:
              web:
                image: team/web
                extra_hosts:
                  - "db:10.0.0.2"
                  - db6=[::1]
                  - "v6:::1"
                  - host.docker.internal:host-gateway
              api:
                image: team/api
                extra_hosts: {db: 10.0.0.2, many: [10.0.0.3, 10.0.0.4]}
            """, Accepted),
        new("health checks switched off", """
            services:
              a: {image: a, healthcheck: {disable: true}}
              b: {image: b, healthcheck: {test: [NONE]}}
              c: {image: c, healthcheck: {test: "NONE"}}
              d: {image: d, healthcheck: {test: [curl, localhost]}}
              e: {image: e, healthcheck: {test: curl -f localhost || exit 1, interval: 30}}
            """, Refused, "4 refused services.c.healthcheck.test", "5 refused services.d.healthcheck.test", "6 refused services.e.healthcheck.interval"),
        new("processors and memory", """
            services:
              a: {image: a, cpus: "0.5", mem_limit: 512m}
              b: {image: b, cpus: 1.5, mem_limit: 536870912, mem_reservation: 256mb}
              c: {image: c, cpus: 2, mem_limit: 1.5G, memswap_limit: -1, mem_swappiness: 0}
              d: {image: d, deploy: {resources: {limits: {cpus: .25, memory: 64MiB, pids: 50}}}}
              e: {image: e, shm_size: 67108864, pids_limit: -1, oom_score_adj: 200}
              f: {image: f, deploy: {resources: {limits: {memory: 67108864}}}}
            """, Accepted),
        new("sizes that are none", """
            services:
              a: {image: a, mem_limit: lots}
              b: {image: b, mem_limit: 99999999999999999999}
              c: {image: c, cpus: -1}
              d: {image: d, shm_size: 1e3}
              e: {image: e, deploy: {replicas: 99999999999}}
              f: {image: f, mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}
            """, Refused, "2 refused services.a.mem_limit", "3 refused services.b.mem_limit", "4 refused services.c.cpus", "5 refused services.d.shm_size",
            "6 refused services.e.deploy.replicas", "7 refused services.f.mem_limit"),
        new("limits of a process", """
            services:
              a:
                image: a
                ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}, memlock: -1, core: "0"}
              b:
                image: b
                ulimits: {nofile: {soft: 20000}}
            """, Refused, "7 refused services.b.ulimits.nofile"),
        new("options of logs as numbers", """
            services:
              a: {image: a, logging: {driver: json-file, options: {max-size: 10m, max-file: 3, compress: true}}}
              b: {image: b, logging: {options: {max-file: "3"}}}
              c: {image: c, logging: {driver: none}}
              d: {image: d, logging: {driver: awslogs}}
            """, Refused, "5 refused services.d.logging.driver"),
        new("commands", """
            services:
              a: {image: a, command: null, entrypoint: ""}
              b: {image: b, command: [sh, -c, "echo $$HOME; exec \"$$@\""]}
              c: {image: c, command: sh -c 'while true; do sleep 1; done'}
              d: {image: d, command: [], entrypoint: /run.sh -v}
            """, Accepted),
        new("commands that are no texts", """
            services:
              e: {image: e, command: 8080}
              f: {image: f, command: [--port, 8080, --debug, true]}
              g: {image: g, command: "echo \"not closed"}
              h: {image: h, command: {sh: x}}
              i:
                image: i
                command: >
                  sh -c "
                    one &&
                    two"
            """, Refused, "2 refused services.e.command", "3 refused services.f.command[1]", "3 refused services.f.command[3]", "4 refused services.g.command", "5 refused services.h.command"),
        new("environments", """
            services:
              a:
                image: a
                environment:
                  NUMBER: 42
                  BIG: 123456789012345678901234567890
                  FLOAT: 1.10
                  FLAG: true
                  EMPTY: ""
                  x-odd: kept
                  TAG:
                  MISSING:
              b:
                image: b
                environment: [A=1, "B=two words", C=, D==, TAG, MISSING, "E=a=b"]
              c:
                image: c
                environment: {NESTED: {a: b}, "A=B": c}
              d:
                image: d
                environment: [A: b, 5]
            """, Refused, "12 ignored services.a.environment.MISSING", "15 ignored services.b.environment[5]", "18 refused services.c.environment.NESTED",
            "18 refused services.c.environment.A=B", "21 refused services.d.environment[0]", "21 refused services.d.environment[1]"),
        new("times", """
            services:
              a: {image: a, stop_grace_period: 1m30s, healthcheck: {test: x, interval: 1.5s, timeout: 500ms, start_period: 1h, retries: 3}}
              b: {image: b, stop_grace_period: 90}
              c: {image: c, stop_grace_period: 1 minute}
              d: {image: d, stop_grace_period: -5s}
            """, Refused, "3 refused services.b.stop_grace_period", "4 refused services.c.stop_grace_period", "5 refused services.d.stop_grace_period"),
        new("restarts", """
            services:
              a: {image: a, restart: on-failure:3}
              b: {image: b, restart: "on-failure"}
              c: {image: c, restart: sometimes}
              d: {image: d, restart: always:3}
              e: {image: e, deploy: {restart_policy: {condition: any, max_attempts: 2}}}
            """, Refused, "4 refused services.c.restart", "5 refused services.d.restart", "6 ignored services.e.deploy.restart_policy.max_attempts"),
        new("variables everywhere", """
            services:
              a:
                image: team/a:${TAG}
                command: echo $TAG ${TAG} ${NONE:-none} ${TAG:+set} $${TAG}
                user: ${NONE-1000}
              b:
                image: team/b:${MISSING}
                command: ["${NEEDED:?say which}", "$1", "${TAG", "5$"]
            """, Refused, "7 refused services.b.image", "8 refused services.b.command[0]", "8 refused services.b.command[1]", "8 refused services.b.command[2]", "8 refused services.b.command[3]"),
        new("images", """
            services:
              a: {image: "registry.example:5000/team/a:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
              b: {image: Team/Upper}
              c: {image: "nginx:"}
              d: {image: ""}
              e: {image: 12}
              f: {image: [a]}
            """, Refused, "3 refused services.b.image", "4 refused services.c.image", "5 refused services.d.image", "6 refused services.e.image", "7 refused services.f.image"),
    ];
}
