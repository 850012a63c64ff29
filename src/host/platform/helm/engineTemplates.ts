/** What is the same in all pods: labels, a user that is not root, and no access to the API of Kubernetes. */
export const helpers = `{{- define "hypertide.labels" -}}
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: hypertide
{{- end -}}

{{- define "hypertide.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "hypertide.labels" .part | nindent 2 }}
{{- end -}}

{{- define "hypertide.budget" }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "hypertide.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "hypertide.labels" .part | nindent 6 }}
{{- end -}}

{{- define "hypertide.policy" }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "hypertide.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "hypertide.labels" .part | nindent 6 }}
  policyTypes: [Ingress]
{{- end -}}

{{- define "hypertide.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "hypertide.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "hypertide.labels" . | nindent 8 }}
{{- end -}}

{{- define "hypertide.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "hypertide.ca" -}}
{{- with .tls }}{{ with .ca }}
- { name: tls, mountPath: {{ . | quote }}, subPath: ca.crt, readOnly: true }
{{- end }}{{ end }}
{{- end -}}

{{- define "hypertide.tls" -}}
{{- with .tls }}
- { name: tls, secret: { secretName: {{ .secret }}, defaultMode: 288 } }
{{- end }}
{{- end -}}
`;

/** Engines on several machines: one decides for a study, and the others are its standbys. */
export const engine = `{{- with .Values.engine }}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "hypertide.metadata" (dict "root" $ "name" "hypertide-platform" "part" "engine") | nindent 2 }}
data:
  platform.yaml: |
    {{- $.Files.Get "platform.yaml" | nindent 4 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "hypertide.metadata" (dict "root" $ "name" "hypertide-engine" "part" "engine") | nindent 2 }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels:
      {{- include "hypertide.labels" "engine" | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "hypertide.labels" "engine" | nindent 8 }}
      annotations:
        checksum/platform: {{ $.Files.Get "platform.yaml" | sha256sum }}
        prometheus.io/scrape: "true"
        prometheus.io/port: {{ .monitor | quote }}
    spec:
      {{- include "hypertide.pod" . | nindent 6 }}
      {{- include "hypertide.spread" "engine" | nindent 6 }}
      containers:
        - name: engine
          image: {{ $.Values.images.hypertide }}
          args:
            {{- toYaml .args | nindent 12 }}
          ports:
            - { name: monitor, containerPort: {{ .monitor }} }
          startupProbe: { httpGet: { path: /healthz, port: monitor }, periodSeconds: 5, failureThreshold: 60 }
          livenessProbe: { httpGet: { path: /healthz, port: monitor }, periodSeconds: 20, timeoutSeconds: 5 }
          readinessProbe: { httpGet: { path: /readyz, port: monitor }, periodSeconds: 10, timeoutSeconds: 5 }
          resources:
            {{- toYaml .resources | nindent 12 }}
          {{- include "hypertide.confined" . | nindent 10 }}
          volumeMounts:
            - { name: platform, mountPath: /etc/hypertide, readOnly: true }
            {{- with .archive }}
            - { name: archives, mountPath: {{ .to | quote }} }
            {{- end }}
            {{- include "hypertide.ca" $.Values.nats | nindent 12 }}
      volumes:
        - name: platform
          projected:
            defaultMode: 288 # 0440
            sources:
              - configMap: { name: hypertide-platform }
              {{- range $team, $its := $.Values.teams }}
              - secret:
                  name: {{ $its.secret }}
                  items:
                    {{- range $its.keys }}
                    - { key: {{ . }}, path: keys/{{ $team }}/{{ . }} }
                    {{- end }}
              {{- end }}
        {{- with .archive }}
        - { name: archives, persistentVolumeClaim: { claimName: {{ .claim }} } }
        {{- end }}
        {{- include "hypertide.tls" $.Values.nats | nindent 8 }}
---
{{- include "hypertide.budget" (dict "root" $ "name" "hypertide-engine" "part" "engine") }}
---
{{- include "hypertide.policy" (dict "root" $ "name" "hypertide-engine" "part" "engine") }}
  {{- with $.Values.monitoring }}
  ingress:
    - ports: [{ port: monitor }]
      from:
        {{- toYaml . | nindent 8 }}
  {{- end }}
{{- end }}
`;
