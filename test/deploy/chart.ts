import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { type Platform, readPlatform } from '../../src/host/platform/platformFile.ts';
import { type Rendered, render } from '../../src/host/platform/render.ts';

/** Whether the packages of Debian are there that the program needs. */
export const hasGo =
  spawnSync('which', ['go']).status === 0 && spawnSync('test', ['-d', '/usr/share/gocode/src/github.com/Masterminds/sprig']).status === 0;

/** The platform of a file with these keys. */
export async function platformOf(keys: object): Promise<Platform> {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const path = join(folder, 'platform.yaml');
    writeFileSync(path, JSON.stringify(keys));
    return await readPlatform(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a platform renders. @param secrets those that exist */
export const rendered = async (keys: object, secrets: Rendered['keys'] = {}): Promise<Rendered> =>
  render(await platformOf(keys), (name) => secrets[name], 'keys');

/** The files of the chart, by their paths in it. */
export const chartOf = ({ files }: Rendered): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).flatMap(([path, text]) => (path.startsWith('chart/') ? [[path.slice(6), text]] : [])));

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Labels };
  readonly spec: Spec;
}
export type Labels = Readonly<Record<string, string>>;

interface Spec {
  readonly replicas?: number;
  readonly serviceName?: string;
  readonly selector?: Labels & { readonly matchLabels?: Labels };
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly ports?: readonly { readonly port: number }[];
  readonly ingress?: readonly { readonly ports: readonly { readonly port: string }[]; readonly from: readonly object[] }[];
  readonly template?: Template;
  readonly jobTargetRef?: { readonly template: Template };
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  readonly triggers?: readonly { readonly metadata: Readonly<Record<string, string>> }[];
}

export interface Template {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: unknown;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly [Container];
    readonly volumes: readonly Volume[];
  };
}

export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly projected?: {
    readonly sources: readonly { readonly configMap?: { readonly name: string }; readonly secret?: { readonly name: string } }[];
  };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: unknown;
  readonly resources: { readonly limits?: Labels; readonly requests?: Labels };
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** The objects that helm would create, with values in addition to those of the chart. */
export function helm(chart: Readonly<Record<string, string>>, values: object = {}): readonly Manifest[] {
  const input = { Files: chart, Values: { ...(parse(chart['values.yaml']!) as object), ...values }, Namespace: 'tuning' };
  const { status, stdout, stderr } = spawnSync('go', ['run', join(import.meta.dirname, 'helm.go')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    env: { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' },
  });
  if (status !== 0) throw new Error(stderr);
  return Object.values(JSON.parse(stdout) as Record<string, string>).flatMap((text) =>
    parseAllDocuments(text).flatMap((document) => {
      if (document.errors[0]) throw document.errors[0];
      const manifest = document.toJS() as Manifest | null;
      return manifest ? [manifest] : [];
    }),
  );
}
