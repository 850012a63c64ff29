/**
 * As many workers as suggestions wait. A worker acknowledges a suggestion when it begins the trial, so running trials do not count: that is "accurate".
 * Jobs, not a Deployment, since the autoscaler would end pods that run trials. The program never sees the key that signs its worker.
 */
export const workers = `{{- range $name, $worker := .Values.workers }}
{{- $team := index $.Values.teams .team }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata:
  {{- include "hypertide.metadata" (dict "root" $ "name" (printf "hypertide-%s" $name) "part" "worker") | nindent 2 }}
spec:
  pollingInterval: 15
  maxReplicaCount: {{ .most | default 10 }}
  successfulJobsHistoryLimit: 5
  failedJobsHistoryLimit: 5
  scalingStrategy: { strategy: accurate }
  triggers:
    {{- range .studies }}
    - type: nats-jetstream
      metadata:
        natsServerMonitoringEndpoint: {{ $.Values.nats.endpoint | default (printf "%s.%s.svc:%v" $.Values.nats.service $.Release.Namespace $.Values.nats.monitor) }}
        account: {{ $worker.team }}/studies
        accountID: {{ $team.account }}
        stream: HT_{{ . }}
        consumer: trainers
        lagThreshold: "1"
    {{- end }}
  jobTargetRef:
    backoffLimit: 0
    template:
      metadata:
        labels:
          {{- include "hypertide.labels" "worker" | nindent 10 }}
      spec:
        {{- include "hypertide.pod" . | nindent 8 }}
        restartPolicy: Never
        terminationGracePeriodSeconds: 60
        initContainers:
          - name: login
            image: {{ $.Values.images.hypertide }}
            args: [server, sign, /signer/trainer.signer, $(POD_NAME), --days, {{ .days | default 7 | quote }}, --output, /keys]
            env: &env
              - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
              - { name: HYPERTIDE_NATS, value: {{ $.Values.nats.url | quote }} }
            resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }
            {{- include "hypertide.confined" . | nindent 12 }}
            volumeMounts:
              - { name: signer, mountPath: /signer, readOnly: true }
              - { name: keys, mountPath: /keys }
        containers:
          - name: worker
            image: {{ .image | default $.Values.images.hypertide }}
            args:
              - worker
              - {{ join "," .studies | quote }}
              - --name
              - $(POD_NAME)
              - --creds
              - /keys/{{ .team }}/$(POD_NAME).creds
              {{- with $.Values.nats.tls }}{{ with .ca }}
              - --tls-ca
              - {{ . | quote }}
              {{- end }}{{ end }}
              - --directory
              - /work/trials
              - --idle
              - "60"
              - --log-format
              - json
              {{- with .args }}
              {{- toYaml . | nindent 14 }}
              {{- end }}
              - --
              {{- toYaml .command | nindent 14 }}
            env: *env
            resources:
              {{- toYaml .resources | nindent 14 }}
            {{- include "hypertide.confined" . | nindent 12 }}
            volumeMounts:
              - { name: keys, mountPath: /keys, readOnly: true }
              - { name: work, mountPath: /work }
              - { name: work, mountPath: /tmp, subPath: tmp }
              {{- include "hypertide.ca" $.Values.nats | nindent 14 }}
              {{- with .volumeMounts }}
              {{- toYaml . | nindent 14 }}
              {{- end }}
        {{- with .nodeSelector }}
        nodeSelector:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .tolerations }}
        tolerations:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        volumes:
          - { name: signer, secret: { secretName: {{ $team.secret }}, items: [{ key: trainer.signer, path: trainer.signer }], defaultMode: 288 } }
          - { name: keys, emptyDir: { medium: Memory } }
          - { name: work, emptyDir: {} }
          {{- include "hypertide.tls" $.Values.nats | nindent 10 }}
          {{- with .volumes }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
{{- end }}
{{- if .Values.workers }}
---
{{- /* no rule for entering: a worker accepts no connections */}}
{{- include "hypertide.policy" (dict "root" $ "name" "hypertide-worker" "part" "worker") }}
{{- end }}
`;
