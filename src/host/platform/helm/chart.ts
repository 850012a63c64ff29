import { stringify } from 'yaml';
import { version } from '../../../version.ts';
import { engineUsers, type Platform, type PlatformTeam, unpinned } from '../platformFile.ts';
import { engine, helpers } from './engineTemplates.ts';
import { nats as natsTemplate } from './natsTemplate.ts';
import { workers } from './workersTemplate.ts';

export interface ChartOptions {
  readonly platform: Platform;
  /** The account of a team's studies. */
  readonly accountOf: (team: string) => string;
  /** The arguments of an engine, whose file is /etc/hypertide/platform.yaml. */
  readonly engineWords: readonly string[];
  /** The text of that file. */
  readonly text: string;
}

/** The files of a Helm chart, by their paths in it. They hold no secrets. */
export function chartFiles(options: ChartOptions): Readonly<Record<string, string>> {
  return {
    'Chart.yaml': `# Made by hypertide server render.\n${stringify({ apiVersion: 'v2', name: 'hypertide', version, appVersion: version, type: 'application' })}`,
    'values.yaml': valuesText(options),
    'values.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
    'platform.yaml': options.text,
    'templates/_helpers.tpl': helpers,
    'templates/nats.yaml': natsTemplate,
    'templates/engine.yaml': engine,
    'templates/workers.yaml': workers,
  };
}

/** Servers that are pods of a StatefulSet: `nats-0.nats` is a pod of the set `nats` behind the service `nats`. */
function podsOf({ cluster }: Platform['nats']) {
  const [, name, service, rest = ''] = /^([a-z\d-]+)-0\.([a-z\d-]+)(\..+)?$/.exec(cluster[0]?.host ?? '') ?? [];
  const domain = `${service}${rest}`;
  const isSet = cluster.every(({ host, port }, i) => host === `${name}-${i}.${domain}` && port === undefined);
  return isSet && name !== undefined && service !== undefined ? { servers: cluster.length, name, service, domain } : undefined;
}

/** The names of secrets are lower case, and have no `_`. */
const secretOf = (team: string): string => `hypertide-${team.toLowerCase().replaceAll('_', '-')}`;

/** The files with which an engine logs in for a team. */
const keysOf = (team: PlatformTeam): readonly string[] => engineUsers(team).map((user) => `${user}.creds`);

function valuesText({ platform, accountOf, engineWords }: ChartOptions): string {
  const { nats, teams, images, monitor, archive } = platform;
  const { tls } = nats;
  const pods = podsOf(nats);
  const endpoint = new URL(nats.url.split(',')[0]!).hostname;
  const memory = (request: string, limit: string) => ({ requests: { cpu: '100m', memory: request }, limits: { memory: limit } });
  const values = {
    images,
    nats: {
      url: nats.url,
      monitor: nats.monitor,
      ...(pods
        ? { ...pods, store: nats.store, secret: 'hypertide-nats', storage: '20Gi', resources: memory('512Mi', '2Gi'), clients: [] }
        : { servers: 0, endpoint: `${endpoint}:${nats.monitor}` }),
      ...(tls && { tls: { ...tls, secret: 'hypertide-tls' } }),
    },
    engine: {
      replicas: 2,
      monitor,
      args: engineWords,
      resources: memory('256Mi', '1Gi'),
      ...(archive !== undefined && { archive: { to: archive, claim: 'hypertide-archives' } }),
    },
    monitoring: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } } }],
    teams: Object.fromEntries(
      teams.map((team) => [team.name, { account: accountOf(team.name), secret: secretOf(team.name), keys: keysOf(team) }]),
    ),
    workers: {},
  };
  const about = [
    'Made by hypertide server render. Put your own values into another file: helm install hypertide chart --values mine.yaml',
    'The chart makes no secrets. In its namespace, it needs:',
    ...(pods ? ['  kubectl create secret generic hypertide-nats --from-file=nats'] : []),
    ...teams.map((team) => {
      const files = [...keysOf(team), 'trainer.signer'].map((file) => `--from-file=<keys>/${team.name}/${file}`);
      return `  kubectl create secret generic ${secretOf(team.name)} ${files.join(' ')}`;
    }),
    ...(archive === undefined ? [] : ['  a PersistentVolumeClaim hypertide-archives, which all engines can write (ReadWriteMany)']),
    ...(tls ? ['  hypertide-tls, with tls.crt, tls.key and ca.crt, as cert-manager makes it'] : []),
    ...(pods ? [] : ['The platform names no pods such as nats-0.nats as its cluster, so this chart starts no servers of NATS.']),
  ];
  const pinning = unpinned(platform, pods ? ['hypertide', 'nats'] : ['hypertide']);
  return `${about.map((line) => `# ${line}\n`).join('')}${pinning}${stringify(values, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

const text = { type: 'string', minLength: 1 };
const whole = { type: 'integer', minimum: 0 };
const map = { type: 'object' };
const maps = { type: 'array', items: map };
const texts = { type: 'array', items: text, minItems: 1 };
const object = (required: readonly string[], properties: object) => ({ type: 'object', required, properties, additionalProperties: false });

/** Helm refuses values that do not match it, such as a key that is written wrong. */
const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...object(['images', 'nats', 'engine', 'teams'], {
    global: map,
    images: object(['hypertide', 'nats'], { hypertide: text, nats: text }),
    nats: object(['url', 'servers', 'monitor'], {
      url: text,
      monitor: whole,
      servers: whole,
      name: text,
      service: text,
      domain: text,
      store: text,
      secret: text,
      storage: text,
      storageClass: text,
      resources: map,
      clients: { ...maps, description: 'Peers of a NetworkPolicy that may connect, besides the pods of this chart.' },
      endpoint: { ...text, description: 'Where servers outside of this chart answer requests for their figures.' },
      tls: object(['cert', 'key', 'secret'], { cert: text, key: text, ca: text, secret: text }),
    }),
    engine: object(['replicas', 'monitor', 'args'], {
      replicas: whole,
      monitor: whole,
      args: texts,
      resources: map,
      archive: object(['to', 'claim'], { to: text, claim: text }),
    }),
    monitoring: { ...maps, description: 'Peers of a NetworkPolicy that may read figures: KEDA and Prometheus.' },
    teams: { type: 'object', additionalProperties: object(['account', 'secret', 'keys'], { account: text, secret: text, keys: texts }) },
    workers: {
      type: 'object',
      propertyNames: { pattern: '^[a-z\\d]([a-z\\d-]*[a-z\\d])?$', maxLength: 35 },
      additionalProperties: object(['team', 'studies', 'command', 'resources'], {
        team: text,
        studies: { ...texts, description: 'Names of studies, for whose suggestions KEDA starts workers.' },
        command: { ...texts, description: 'The program for a trial, and its arguments, such as {args}.' },
        args: { ...texts, description: 'More options of `hypertide worker`, such as --slots gpu=1.' },
        image: { ...text, description: 'With the program, and hypertide. Default: images.hypertide.' },
        most: { ...whole, description: 'Pods at a time. Default: 10.' },
        days: { ...whole, description: 'Days until the login of a pod ends. Default: 7.' },
        resources: map,
        nodeSelector: map,
        tolerations: maps,
        volumes: maps,
        volumeMounts: maps,
      }),
    },
  }),
};
