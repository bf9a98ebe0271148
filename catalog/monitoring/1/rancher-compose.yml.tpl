version: "2"
catalog:
  name: Monitoring
  version: "1.1.0"
  description: Further targets, alerts sent to a webhook, node-exporter as you like.
  upgrade_from: ">=1.0.0"
  questions:
    - variable: prometheus_host
      label: Host name of Prometheus
      description: The public name that leads to it. It has no sign-in.
      type: string
      required: true
      max_length: 200
      invalid_chars: "/ :"
    - variable: alertmanager_host
      label: Host name of Alertmanager
      description: The public name that leads to it. It has no sign-in.
      type: string
      required: true
      max_length: 200
      invalid_chars: "/ :"
    - variable: targets
      label: Further targets
      description: Names and ports that answer on /metrics, with commas between them, for example web:8080, 10.0.0.5:9100.
      type: string
      default: ""
    - variable: alert_webhook
      label: Send alerts to
      description: An address that takes Alertmanager's webhook. Blank shows alerts without sending them.
      type: string
      default: ""
    - variable: scrape_interval
      label: Collect every
      type: enum
      required: true
      default: 15s
      options:
        - 5s
        - 15s
        - 30s
        - 60s
    - variable: with_node_exporter
      label: With node-exporter
      description: CPU, load and memory of the host; the readme says what it cannot see.
      type: boolean
      required: true
      default: "true"
    - variable: retention
      label: Keep for
      type: enum
      required: true
      default: 15d
      options:
        - 24h
        - 7d
        - 15d
        - 30d
        - 90d
      group: Storage
    - variable: retention_gb
      label: Keep at most (GB)
      description: Whichever limit is met first counts.
      type: int
      required: true
      default: "5"
      min: 1
      max: 1000
      group: Storage
    - variable: memory_mb
      label: Memory limit of Prometheus (MiB)
      type: int
      required: true
      default: "512"
      min: 256
      max: 65536
      group: Storage
    - variable: registry_prefix
      label: Registry prefix
      description: Where a private mirror keeps the images, for example registry.example.com:5000/ with the slash at the end. Blank is the public one.
      type: string
      default: ""
      group: Image
services:
  prometheus:
    scale: 1
    upgrade_strategy:
      start_first: false
    health_check:
      port: 9090
      request_line: GET /-/ready HTTP/1.0
      interval: 3000
      response_timeout: 3000
      initializing_timeout: 120000
      healthy_threshold: 1
      unhealthy_threshold: 5
  alertmanager:
    scale: 1
    upgrade_strategy:
      start_first: false
    health_check:
      port: 9093
      request_line: GET /-/ready HTTP/1.0
      interval: 3000
      response_timeout: 3000
      initializing_timeout: 60000
      healthy_threshold: 1
      unhealthy_threshold: 5
{{- if eq .Values.with_node_exporter "true" }}
  node-exporter:
    scale: 1
    health_check:
      port: 9100
      request_line: GET / HTTP/1.0
      interval: 3000
      response_timeout: 3000
      initializing_timeout: 30000
      healthy_threshold: 1
      unhealthy_threshold: 5
{{- end }}
