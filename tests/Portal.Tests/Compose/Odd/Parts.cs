using static Portal.Compose.Verdict;

namespace Portal.Tests.Compose.Odd;

/// <summary>Mounts, networks, secrets, configs, and what reaches past the container.</summary>
internal static class Parts
{
    public static readonly OddFile[] Files =
    [
        new("mounts", """
            services:
              a:
                image: a
                volumes:
                  - data:/data
                  - data:/again:ro,nocopy
                  - /anonymous
                  - data:/labelled:z
                  - {type: volume, source: data, target: /long, volume: {nocopy: true}, read_only: true}
                  - {type: tmpfs, target: /t, tmpfs: {size: 1000000, mode: 0o700}}
                  - {type: tmpfs, target: /u, bind: {propagation: shared}}
            volumes:
              data:
            """, Accepted, "8 ignored services.a.volumes[3]", "11 ignored services.a.volumes[6].bind"),
        new("mounts of the host", """
            services:
              a:
                image: a
                volumes:
                  - .:/app
                  - ~/x:/x
                  - /etc:/etc:ro
                  - /var/run/docker.sock:/var/run/docker.sock
                  - C:\data:/data
                  - unknown:/data2
                  - data:relative
                  - {type: image, source: a, target: /i}
                  - {source: data, target: /n}
            volumes: {data: {}}
            """, Refused, "5 refused services.a.volumes[0]", "6 refused services.a.volumes[1]", "7 refused services.a.volumes[2]", "8 refused services.a.volumes[3]",
            "9 refused services.a.volumes[4]", "10 refused services.a.volumes[5]", "11 refused services.a.volumes[6]", "12 refused services.a.volumes[7].type", "13 refused services.a.volumes[8].type"),
        new("volumes by other drivers", """
            services:
              a: {image: a, volumes: ["nfs:/a", "ram:/b", "out:/c", "named:/d"]}
            volumes:
              nfs: {driver: local, driver_opts: {type: nfs, o: "addr=10.0.0.1,rw", device: ":/export"}}
              ram: {driver_opts: {type: tmpfs, device: tmpfs, o: size=10m}}
              out: {external: true}
              named: {name: shared_data, labels: [a=b, c]}
            """, Refused, "4 refused volumes.nfs.driver_opts", "6 refused volumes.out.external", "7 ignored volumes.named.name"),
        new("temporary file systems", """
            services:
              a: {image: a, tmpfs: /run}
              b: {image: b, tmpfs: [/run, "/tmp:size=64m,mode=1777,noexec"]}
              c: {image: c, tmpfs: tmp}
            """, Refused, "4 refused services.c.tmpfs"),
        new("secrets short and long", """
            services:
              a:
                image: a
                secrets:
                  - key
                  - {source: key, target: other.txt, uid: "103", gid: "103", mode: 0440}
                  - source: key
                    target: /etc/key
                    mode: "0400"
              b:
                image: b
                secrets: [missing, {target: x}, {source: key, mode: rw}]
            secrets:
              key: {file: ./key.txt}
              out: {external: {name: real}}
              none: {}
            """, Refused, "12 refused services.b.secrets[0]", "12 refused services.b.secrets[1].source", "12 refused services.b.secrets[2].mode",
            "14 ignored secrets.key.file", "16 refused secrets.none"),
        new("configs with and without their text", """
            services:
              a: {image: a, configs: [inline, {source: file, target: /etc/f}]}
            configs:
              inline:
                content: |
                  tag = ${TAG}
                  cost = 5$$
              file: {file: ./f.conf}
              out: {external: true}
            """, Refused, "8 refused configs.file.file", "9 refused configs.out.external"),
        new("networks", """
            services:
              a:
                image: a
                networks:
                  front: {aliases: [www, web.front], ipv4_address: 172.30.0.10, priority: 1000, gw_priority: 1}
                  back:
              b: {image: b, networks: [front, back, front]}
              c: {image: c, networks: {front: {ipv4_address: nowhere}, gone: {}}}
              d: {image: d, network_mode: "service:a"}
              e: {image: e, network_mode: host}
              f: {image: f, network_mode: bridge, networks: [front]}
            networks:
              front:
                ipam: {config: [{subnet: 172.30.0.0/24, gateway: 172.30.0.1}]}
              back: {internal: true, name: real_back}
              out: {external: true}
            """, Refused, "5 ignored services.a.networks.front.gw_priority", "8 refused services.c.networks.front.ipv4_address", "8 refused services.c.networks.gone",
            "10 refused services.e.network_mode", "11 refused services.f.networks", "15 ignored networks.back.name", "16 refused networks.out.external"),
        new("what reaches the host", """
            services:
              a:
                image: a
                container_name: a
                privileged: true
                pid: host
                ipc: "service:b"
                uts: host
                userns_mode: host
                cgroup_parent: /x
                cap_add: [NET_ADMIN, SYS_TIME]
                cap_drop: [ALL]
                devices: ["/dev/fuse"]
                security_opt: ["no-new-privileges:true", "seccomp:unconfined"]
                sysctls: {net.core.somaxconn: 1024, vm.max_map_count: 262144}
                external_links: [other_db:db]
                runtime: nvidia
              b: {image: b, privileged: false, ipc: shareable, sysctls: ["net.ipv4.ip_forward=1"]}
            """, Refused, "4 refused services.a.container_name", "5 refused services.a.privileged", "6 refused services.a.pid", "7 refused services.a.ipc",
            "8 refused services.a.uts", "9 refused services.a.userns_mode", "10 refused services.a.cgroup_parent", "11 refused services.a.cap_add[0]", "11 refused services.a.cap_add[1]",
            "13 refused services.a.devices[0]", "14 refused services.a.security_opt[1]", "15 refused services.a.sysctls.vm.max_map_count", "16 refused services.a.external_links[0]", "17 refused services.a.runtime"),
        new("env_file in its forms", """
            services:
              a: {image: a, env_file: .env}
              b: {image: b, env_file: [one.env, {path: two.env, required: false}, {path: three.env, format: raw}, {path: four.env, format: json}]}
              c: {image: c, env_file: {path: x}}
            """, Refused, "2 refused services.a.env_file", "3 refused services.b.env_file[0]", "3 ignored services.b.env_file[1]", "3 refused services.b.env_file[2]",
            "3 refused services.b.env_file[3].format", "4 refused services.c.env_file"),
        new("labels as list and as mapping", """
            services:
              a: {image: a, labels: [bare, "k=v", "traefik.http.routers.a.rule=Host(`a.example`)"]}
              b: {image: b, labels: {number: 1, flag: true, none: , "with space": x}}
              c: {image: c, labels: {portal.tenant: x, com.docker.compose.project: y}}
            """, Refused, "4 refused services.c.labels.portal.tenant", "4 ignored services.c.labels.com.docker.compose.project"),
        new("a circle", """
            services:
              a: {image: a, depends_on: [b]}
              b: {image: b, links: [c]}
              c: {image: c, network_mode: "service:a"}
            """, Refused, "2 refused services.a.depends_on"),
        new("for Windows", """
            services:
              a:
                image: a
                isolation: hyperv
                cpu_count: 2
                cpu_percent: 50
                credential_spec: {file: a.json}
                volumes: ['\\.\pipe\docker_engine:\\.\pipe\docker_engine']
            """, Refused, "4 ignored services.a.isolation", "5 ignored services.a.cpu_count", "6 ignored services.a.cpu_percent", "7 ignored services.a.credential_spec", "8 refused services.a.volumes[0]"),
        new("pull policies", """
            services:
              a: {image: a, pull_policy: if_not_present}
              b: {image: b, pull_policy: every_12h}
              c: {image: c, pull_policy: build}
              d: {image: d, pull_policy: every_now}
            """, Refused, "4 refused services.c.pull_policy", "5 refused services.d.pull_policy"),
        new("extension fields anywhere", """
            x-top: {anything: [1, two], cost: 5$}
            services:
              x-base: &base {image: a}
              a:
                <<: *base
                x-note: hello
                deploy: {x-hint: 1, resources: {x-y: z}}
                ports: [{target: 80, x-name: web}]
                healthcheck: {test: "true", x-why: because}
            networks: {x-n: 1, default: {x-m: 2}}
            volumes: {x-v: }
            """, Accepted, "8 ignored services.a.ports[0]"),
    ];
}
