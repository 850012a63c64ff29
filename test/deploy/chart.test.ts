import { Ajv } from 'ajv';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartFiles } from '../../src/host/platform/helm/chart.ts';
import type { Rendered } from '../../src/host/platform/render.ts';
import { chartOf, platformOf, rendered } from './chart.ts';

const teams = { vision: { users: ['w1'] }, Speech_2: {} };
const pods = ['nats-0.nats', 'nats-1.nats', 'nats-2.nats'];
let made: Rendered;
beforeAll(async () => {
  made = await rendered({ nats: { cluster: pods }, teams });
});
const valuesIn = (chart: Readonly<Record<string, string>>) =>
  parse(chart['values.yaml']!) as {
    readonly nats: Readonly<Record<string, unknown>>;
    readonly teams: Readonly<Record<string, { readonly account: string; readonly secret: string }>>;
  };

it('the chart holds no secrets, not even the password of the cluster', () => {
  const text = Object.values(chartOf(made)).join('\n');
  for (const [name, secret] of Object.entries(made.keys)) if (!name.endsWith('.jwt')) expect(text).not.toContain(secret.trim());
  expect(made.files['nats/nats-0.nats.conf']).toContain(made.keys['cluster.password']);
});

it('its values name the account of each team, and secrets as Kubernetes allows', () => {
  const { teams } = valuesIn(chartOf(made));
  expect(Object.values(teams).map(({ secret }) => secret)).toEqual(['hypertide-vision', 'hypertide-speech-2']);
  expect(teams.vision!.account).toBe(made.accounts.find(({ name }) => name === 'vision/studies')!.key);
});

it.each([
  ['pods of one set', pods, 3],
  ['pods with their whole names', pods.map((pod) => `${pod}.tuning.svc`), 3],
  ['machines', ['n1', 'n2', 'n3'], 0],
  ['pods of several sets', ['nats-0.nats', 'nats-1.nats', 'other-2.nats'], 0],
  ['pods in another order', pods.toReversed(), 0],
])('it starts servers if the cluster is %s', async (_, cluster, servers) => {
  const platform = await platformOf({ nats: { cluster }, teams });
  const { nats } = valuesIn(chartFiles({ platform, accountOf: () => 'A', engineWords: [], text: '' }));
  expect(nats).toMatchObject(servers > 0 ? { servers, name: 'nats', service: 'nats' } : { servers, endpoint: `${cluster[0]}:8222` });
});

const worker = {
  team: 'vision',
  studies: ['digits'],
  command: ['python3', 'train.py', '{args}'],
  resources: { limits: { memory: '4Gi' } },
};

it('its schema takes its values, and refuses a key that is written wrong', () => {
  const check = new Ajv().compile(JSON.parse(chartOf(made)['values.schema.json']!) as object);
  const values = valuesIn(chartOf(made));
  expect(check(values)).toBe(true);
  expect(check({ ...values, workers: { digits: worker } })).toBe(true);
  for (const wrong of [
    { ...values, engines: {} },
    { ...values, workers: { Digits: worker } },
    { ...values, workers: { digits: { ...worker, study: 'digits' } } },
    { ...values, workers: { digits: { ...worker, studies: [] } } },
  ])
    expect(check(wrong)).toBe(false);
});
