/** Servers of NATS. Each reads the configuration that has the name of its pod. */
export const nats = `{{- with .Values.nats }}{{ if .servers }}
apiVersion: v1
kind: Service
metadata:
  {{- include "hypertide.metadata" (dict "root" $ "name" .service "part" "nats") | nindent 2 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true # servers of a cluster find each other before they are ready
  selector:
    {{- include "hypertide.labels" "nats" | nindent 4 }}
  ports:
    - { name: nats, port: 4222 }
    - { name: cluster, port: 6222 }
    - { name: monitor, port: {{ .monitor }} }
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "hypertide.metadata" (dict "root" $ "name" .name "part" "nats") | nindent 2 }}
spec:
  serviceName: {{ .service }}
  replicas: {{ .servers }}
  podManagementPolicy: Parallel
  selector:
    matchLabels:
      {{- include "hypertide.labels" "nats" | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "hypertide.labels" "nats" | nindent 8 }}
    spec:
      {{- include "hypertide.pod" . | nindent 6 }}
      {{- include "hypertide.spread" "nats" | nindent 6 }}
      terminationGracePeriodSeconds: 60
      containers:
        - name: nats
          image: {{ $.Values.images.nats }}
          args: [-c, "/etc/nats-config/$(POD_NAME).{{ .domain }}.conf"]
          env:
            - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
          ports:
            - { name: nats, containerPort: 4222 }
            - { name: cluster, containerPort: 6222 }
            - { name: monitor, containerPort: {{ .monitor }} }
          # It reads its streams before it is up, which takes minutes if they are large.
          startupProbe: { httpGet: { path: /healthz?js-enabled-only=true, port: monitor }, periodSeconds: 10, failureThreshold: 90 }
          livenessProbe: { httpGet: { path: /healthz?js-enabled-only=true, port: monitor }, periodSeconds: 30, timeoutSeconds: 5 }
          readinessProbe: { httpGet: { path: /healthz?js-server-only=true, port: monitor }, periodSeconds: 10, timeoutSeconds: 5 }
          resources:
            {{- toYaml .resources | nindent 12 }}
          {{- include "hypertide.confined" . | nindent 10 }}
          volumeMounts:
            - { name: config, mountPath: /etc/nats-config, readOnly: true }
            - { name: store, mountPath: {{ .store | quote }} }
            {{- with .tls }}
            - { name: tls, mountPath: {{ .cert | quote }}, subPath: tls.crt, readOnly: true }
            - { name: tls, mountPath: {{ .key | quote }}, subPath: tls.key, readOnly: true }
            {{- end }}
            {{- include "hypertide.ca" . | nindent 12 }}
      volumes:
        - { name: config, secret: { secretName: {{ .secret }}, defaultMode: 288 } }
        {{- include "hypertide.tls" . | nindent 8 }}
  volumeClaimTemplates:
    - metadata: { name: store }
      spec:
        accessModes: [ReadWriteOnce]
        {{- with .storageClass }}
        storageClassName: {{ . }}
        {{- end }}
        resources: { requests: { storage: {{ .storage }} } }
---
{{- include "hypertide.budget" (dict "root" $ "name" .name "part" "nats") }}
---
{{- include "hypertide.policy" (dict "root" $ "name" .name "part" "nats") }}
  ingress:
    - ports: [{ port: nats }]
      from:
        - podSelector: { matchLabels: { app.kubernetes.io/part-of: hypertide } }
        {{- with .clients }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    - ports: [{ port: cluster }]
      from:
        - podSelector:
            matchLabels:
              {{- include "hypertide.labels" "nats" | nindent 14 }}
    {{- with $.Values.monitoring }}
    - ports: [{ port: monitor }]
      from:
        {{- toYaml . | nindent 8 }}
    {{- end }}
{{- end }}{{ end }}
`;
