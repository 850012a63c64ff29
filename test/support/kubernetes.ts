import { join } from 'node:path';
import { ScaledJob } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { type IContainer, type IPodSecurityContext, Service } from 'kubernetes-models/v1';
import { stringify } from 'yaml';
import { subjectsOf, TRAINERS } from '../../streams/nats/protocol/subjects.ts';
import { root } from './documents.ts';

export const manifestsFile = join(root, 'deploy/kubernetes/hypertide.yaml');

const STUDY = 'digits';
const env = [{ name: 'HYPERTIDE_NATS', value: 'nats://nats:4222' }];
const labelsOf = (component: string) => ({ 'app.kubernetes.io/name': component, 'app.kubernetes.io/part-of': 'hypertide' });
const restricted = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
const pod: IPodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  seccompProfile: { type: 'RuntimeDefault' },
};
/** The study file and the program: kubectl create configmap study --from-file=digits.yaml --from-file=train.sh */
const study = { name: 'study', configMap: { name: 'study' } };
const probe = (path: string) => ({ httpGet: { path, port: 'monitor' }, periodSeconds: 10 });

const nats = [
  new Service({
    metadata: { name: 'nats', labels: labelsOf('nats') },
    spec: {
      selector: labelsOf('nats'),
      ports: [
        { name: 'nats', port: 4222 },
        { name: 'monitor', port: 8222 },
      ],
    },
  }),
  new StatefulSet({
    metadata: { name: 'nats', labels: labelsOf('nats') },
    spec: {
      serviceName: 'nats',
      replicas: 1,
      selector: { matchLabels: labelsOf('nats') },
      template: {
        metadata: { labels: labelsOf('nats') },
        spec: {
          securityContext: pod,
          containers: [
            {
              name: 'nats',
              image: 'nats:2.12',
              args: ['-js', '-sd', '/data', '-m', '8222'],
              ports: [
                { name: 'nats', containerPort: 4222 },
                { name: 'monitor', containerPort: 8222 },
              ],
              readinessProbe: probe('/healthz'),
              securityContext: restricted,
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
        },
      ],
    },
  }),
];

const engine: IContainer = {
  name: 'engine',
  image: 'hypertide',
  args: ['serve', `/study/${STUDY}.yaml`, '--monitor', '0.0.0.0:9400', '--log-format', 'json'],
  env,
  ports: [{ name: 'monitor', containerPort: 9400 }],
  livenessProbe: probe('/healthz'),
  readinessProbe: probe('/readyz'),
  resources: { requests: { cpu: '100m', memory: '256Mi' } },
  securityContext: restricted,
  volumeMounts: [{ name: 'study', mountPath: '/study', readOnly: true }],
};

/** Two engines on two machines: one decides, and the other is its standby. */
const engines = [
  new Deployment({
    metadata: { name: 'engine', labels: labelsOf('engine') },
    spec: {
      replicas: 2,
      selector: { matchLabels: labelsOf('engine') },
      template: {
        metadata: {
          labels: labelsOf('engine'),
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9400' },
        },
        spec: {
          securityContext: pod,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labelsOf('engine') },
            },
          ],
          containers: [engine],
          volumes: [study],
        },
      },
    },
  }),
  new PodDisruptionBudget({
    metadata: { name: 'engine', labels: labelsOf('engine') },
    spec: { minAvailable: 1, selector: { matchLabels: labelsOf('engine') } },
  }),
];

const worker = {
  name: 'worker',
  image: 'hypertide',
  args: ['worker', '--study', STUDY, '--directory', '/work', '--idle', '60', '--log-format', 'json', '--', 'sh', '/study/train.sh', '{lr}'],
  env,
  resources: { requests: { cpu: '1', memory: '1Gi' } },
  securityContext: restricted,
  volumeMounts: [
    { name: 'study', mountPath: '/study', readOnly: true },
    { name: 'work', mountPath: '/work' },
    { name: 'work', mountPath: '/tmp', subPath: 'tmp' },
  ],
} satisfies IContainer;

/** As many workers as suggestions wait. A worker acknowledges a suggestion when it begins the trial, so running trials do not count: that is `accurate`. */
const workers = new ScaledJob({
  metadata: { name: 'worker', labels: labelsOf('worker') },
  spec: {
    pollingInterval: 15,
    maxReplicaCount: 20,
    successfulJobsHistoryLimit: 5,
    failedJobsHistoryLimit: 5,
    scalingStrategy: { strategy: 'accurate' },
    jobTargetRef: {
      backoffLimit: 0,
      template: {
        metadata: { labels: labelsOf('worker') },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 60,
          securityContext: pod,
          containers: [worker],
          volumes: [study, { name: 'work', emptyDir: {} }],
        },
      },
    },
    triggers: [
      {
        type: 'nats-jetstream',
        metadata: {
          natsServerMonitoringEndpoint: 'nats:8222',
          account: '$G',
          stream: subjectsOf(STUDY).stream,
          consumer: TRAINERS,
          lagThreshold: '1',
        },
      },
    ],
  },
});

export const manifests = [...nats, ...engines, workers];
/** The containers that run hypertide. */
export const containers: readonly IContainer[] = [engine, worker];

const ABOUT = `# NATS, an engine with its standby, and workers that KEDA (https://keda.sh) starts while suggestions wait.
# Written by "npm run manifests" from test/support/kubernetes.ts. Before you apply it:
#   kubectl create configmap study --from-file=${STUDY}.yaml --from-file=train.sh
`;

export const manifestsText = (): string =>
  ABOUT + manifests.map((one) => `---\n${stringify(one.toJSON(), { aliasDuplicateObjects: false, lineWidth: 0 })}`).join('');
