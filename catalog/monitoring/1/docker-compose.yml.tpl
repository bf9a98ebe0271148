version: "2.1"
services:
  prometheus:
    image: ${registry_prefix:-}prom/prometheus:v2.53.2
    command:
      - --config.file=/etc/prometheus/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --storage.tsdb.retention.time=${retention}
      - --storage.tsdb.retention.size=${retention_gb}GB
      - --web.external-url=http://${prometheus_host}/
    volumes:
      - prometheus:/prometheus
    configs:
      - source: prometheus
        target: /etc/prometheus/prometheus.yml
      - source: alerts
        target: /etc/prometheus/alerts.yml
    stop_grace_period: 60s
    mem_limit: ${memory_mb}m
    expose:
      - "9090"
    labels:
      portal.route.host: ${prometheus_host}
      portal.route.port: "9090"
    restart: unless-stopped
    logging:
      driver: json-file
      options:
        max-size: 10m
        max-file: "3"
  alertmanager:
    image: ${registry_prefix:-}prom/alertmanager:v0.27.0
    command:
      - --config.file=/etc/alertmanager/alertmanager.yml
      - --storage.path=/alertmanager
      - --cluster.listen-address=
      - --web.external-url=http://${alertmanager_host}/
    volumes:
      - alertmanager:/alertmanager
    configs:
      - source: alertmanager
        target: /etc/alertmanager/alertmanager.yml
    mem_limit: 128m
    expose:
      - "9093"
    labels:
      portal.route.host: ${alertmanager_host}
      portal.route.port: "9093"
    restart: unless-stopped
    logging:
      driver: json-file
      options:
        max-size: 10m
        max-file: "3"
{{- if eq .Values.with_node_exporter "true" }}
  node-exporter:
    image: ${registry_prefix:-}prom/node-exporter:v1.8.2
    read_only: true
    cap_drop:
      - ALL
    mem_limit: 64m
    expose:
      - "9100"
    restart: unless-stopped
    logging:
      driver: json-file
      options:
        max-size: 10m
        max-file: "3"
{{- end }}
volumes:
  prometheus: {}
  alertmanager: {}
configs:
  prometheus:
    content: |
      global:
        scrape_interval: ${scrape_interval}
        evaluation_interval: ${scrape_interval}
      alerting:
        alertmanagers:
          - static_configs:
              - targets: [alertmanager:9093]
      rule_files:
        - /etc/prometheus/alerts.yml
      scrape_configs:
        - job_name: prometheus
          static_configs:
            - targets: [localhost:9090]
        - job_name: alertmanager
          static_configs:
            - targets: [alertmanager:9093]
{{- if eq .Values.with_node_exporter "true" }}
        - job_name: node
          dns_sd_configs:
            - names: [node-exporter]
              type: A
              port: 9100
{{- end }}
{{- if ne .Values.targets "" }}
        - job_name: services
          static_configs:
            - targets: [${targets}]
{{- end }}
  alerts:
    content: |
      groups:
        - name: basics
          rules:
            - alert: TargetDown
              expr: up == 0
              for: 2m
              labels:
                severity: warning
              annotations:
                summary: A target does not answer.
            - alert: MemoryNearlyFull
              expr: node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1
              for: 5m
              labels:
                severity: warning
              annotations:
                summary: Less than a tenth of the host's memory is free.
  alertmanager:
    content: |
      route:
        receiver: everybody
      receivers:
        - name: everybody
{{- if ne .Values.alert_webhook "" }}
          webhook_configs:
            - url: ${alert_webhook}
{{- end }}
