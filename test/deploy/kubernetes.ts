import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { root } from '../support/documents.ts';

const read = (name: string) => readFileSync(join(root, 'deploy/kubernetes', name), 'utf8');

/** The platform that both files of deploy/kubernetes are written for, as their comments say. */
export const declared = {
  nats: { cluster: ['nats-0.nats-headless', 'nats-1.nats-headless', 'nats-2.nats-headless'] },
  teams: { vision: {} },
};

/** The objects of deploy/kubernetes/hypertide.yaml. @throws for YAML that is wrong */
export const objects: readonly Manifest[] = documents(read('hypertide.yaml'));
/** The values for the chart of NATS. */
export const values = documents<Values>(read('nats.yaml'))[0]!;

function documents<T>(text: string): T[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as T;
  });
}

export const find = (kind: string, name: string): Manifest => objects.find((one) => one.kind === kind && one.metadata.name === name)!;
/** The pods of a Deployment. */
export const podsOf = (name: string): Template => find('Deployment', name).spec.template!;
export const containersOf = ({ spec }: Template): readonly Container[] => [...(spec.initContainers ?? []), ...spec.containers];

export type Labels = Readonly<Record<string, string>>;

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: { readonly matchLabels: Labels };
    readonly podSelector?: { readonly matchLabels: Labels };
    readonly ingress?: readonly { readonly ports: readonly { readonly port: string }[]; readonly from: readonly object[] }[];
    readonly template?: Template;
  };
}

export interface Template {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: {
    readonly securityContext: unknown;
    readonly automountServiceAccountToken: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly [Container];
    readonly volumes: readonly { readonly name: string }[];
  };
}

export interface Container {
  readonly args: readonly string[];
  readonly securityContext: unknown;
  readonly resources: { readonly limits?: Labels };
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Values {
  readonly config: {
    readonly cluster: { readonly replicas: number };
    readonly jetstream: { readonly fileStore: { readonly dir: string } };
  };
  readonly container: { readonly merge: { readonly args: readonly string[] } };
}
