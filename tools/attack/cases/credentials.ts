import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credsAuthenticator } from '@nats-io/transport-node';
import { type JwtConfig, jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { natsServer } from '../../../test/support/nats.ts';
import { casesOf } from '../attack.ts';
import type { Victim, World } from '../world.ts';
import { api, asks, hears, list, rpc } from './rights.ts';
import { writes } from './subject.ts';

const rights = casesOf('rights');
const spoofing = casesOf('spoofing');
const files = casesOf('file names');

const completed = '{"type":"completed","trial":1,"run":"r1","values":{"value":0}}';
const decision = '{"type":"suggested","trial":99,"attempt":1,"by":"me","params":{"x":1,"n":1}}';
const look = (of: Victim) => `$JS.API.DIRECT.GET.${of.subjects.stream}.${of.subjects.created}`;
const by = (trainer: string) => (of: Victim) => of.subjects.by(trainer, 1);

/** Attacks of users with credentials, whose rights come from the key that signed them. */
const tries: readonly (readonly [what: string, succeeds: (at: Victim) => Promise<boolean>])[] = [
  ['a trainer publishes a decision', writes('w1', ({ subjects }) => subjects.suggested, decision)],
  ['a trainer closes the study', writes('w1', ({ subjects }) => subjects.study, '{"type":"closed","reason":"person"}')],
  ['a trainer publishes as another trainer', writes('w1', by('w2'), completed)],
  ['a trainer writes as another through a look', writes('w1', look, '', by('w2'))],
  [
    'a trainer writes as another through the acknowledgement of a fact',
    writes('w1', ({ subjects }) => subjects.by('w1', 2), '{}', by('w2')),
  ],
  ['a trainer writes a decision through a look', writes('w1', look, '', ({ subjects }) => subjects.suggested)],
  ["a trainer sends another's heartbeat", writes('w1', ({ subjects }) => subjects.beat('w2', 1), '{"run":"r1"}')],
  ['a trainer forges a stop', writes('w1', ({ subjects }) => subjects.directive(1), '{"type":"stop","trial":1,"by":"person"}')],
  ['a viewer publishes a decision', writes('viewer', ({ subjects }) => subjects.suggested, decision)],
  ['an operator publishes as a trainer', writes('operator', by('w2'), completed)],
  ['a trainer reads the log by number', asks('w1', api('DIRECT.GET.HT'), '{"seq":3}')],
  ['a trainer deletes the stream', asks('w1', api('STREAM.DELETE.HT'), '')],
  ['a trainer creates a stream', asks('w1', api('STREAM.CREATE.mine'), '{"name":"mine","subjects":["mine"]}')],
  ['a trainer reads all trials', asks('w1', rpc('trials'), '{}')],
  ['a viewer closes the study', asks('viewer', rpc('close'), '{}')],
  ['an engine deletes the stream', asks('engine', api('STREAM.DELETE.HT'), '')],
  ['the engine of another team reads the log', asks('other/engine', api('DIRECT.GET.HT'), '{"seq":1}')],
  ['the viewer of another team reads the study', asks('other/viewer', rpc('status'), '{}')],
  ['the viewer of another team lists the studies', asks('other/viewer', list, '{}')],
  ['the viewer of another team has the study loaded', asks('other/viewer', rpc('load'), '{}')],
  ['a trainer of another team reads the study', asks('other/w1', look, '')],
  ['a trainer of another team with the same name ends its run', writes('other/w1', by('w1'), completed)],
  ['a trainer listens to everything', hears('w1', '>', ({ subjects }) => subjects.study)],
  ["a trainer listens to another's rejections", hears('w1', 'ht.$.rejected.*', ({ subjects }) => subjects.rejected('w2'))],
  ['the viewer of another team listens to the log', hears('other/viewer', 'ht.$.log.>', ({ subjects }) => subjects.study)],
  ['the engine of another team listens to stops', hears('other/engine', '>', ({ subjects }) => subjects.directive(1))],
];

/** A configuration with a trainer, its credentials, and the configuration that locks it out. */
async function lockOut() {
  const teams = [{ name: 'a', trainers: ['w1'] }];
  const first = await jwtConfig({ teams });
  const locked = await jwtConfig({ teams, keyOf: (name) => first.files[name]?.trim(), revoke: ['a/w1'] });
  return { creds: new TextEncoder().encode(first.files['a/w1.creds']), first, locked };
}
const serverOf = ({ textOf }: JwtConfig) =>
  natsServer(`${textOf({ store: 'unused', host: '127.0.0.1', port: -1 })}authorization { timeout: 30 }\n`);

/** The folder of the keys of a platform with a team. */
async function keysOf(world: World): Promise<string> {
  const place = world.directory();
  writeFileSync(join(place, 'platform.yaml'), '{ nats: { url: "nats://127.0.0.1" }, teams: { a: {} } }');
  await world.hypertide('server', 'render', join(place, 'platform.yaml'), '--output', join(place, 'out'));
  return join(place, 'keys');
}

export const credentialAttacks = [
  ...tries.map(([what, succeeds]) =>
    rights('configuration', `with credentials, ${what}`, async (world) => succeeds(await world.study({}, 'credentials'))),
  ),
  spoofing('relayed messages', 'a trainer has a stored message sent to another as a stop', async (world) => {
    const at = await world.study({}, 'credentials');
    const [w1, w2] = [await at.as('w1'), await at.as('w2')];
    const own = at.subjects.by('w1', 2);
    await w1.request(own, '{"type":"stop","trial":2,"by":"person"}');
    const stopped = new Promise((resolve) => {
      const objective = async (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
        signal.addEventListener('abort', resolve);
        w1.publish(`$JS.API.DIRECT.GET.${at.subjects.stream}.${own}`, '', { reply: at.subjects.directive(2) });
        await new Promise((yes) => setTimeout(yes, 1000));
        return 1;
      };
      const { done, close } = trainer(w2, at.study, objective, { name: 'w2' });
      done.catch(() => {});
      world.after(() => void close().catch(() => {}));
    });
    return world.comes(stopped, 1500);
  }),
  ...['*', '>', 'a.b', '{{tag(x)}}', '../w1'].map((name) =>
    files('names of users', `credentials for a user named ${name}`, async (world) => {
      const keys = await keysOf(world);
      const { code } = await world.hypertide('server', 'sign', join(keys, 'a', 'trainer.signer'), name, '--output', keys);
      return code === 0;
    }),
  ),
  rights('revoked users', 'a trainer that was locked out logs in again', async (world) => {
    const { creds, locked } = await lockOut();
    const server = await serverOf(locked);
    world.after(() => server.dispose());
    return server.connect({ authenticator: credsAuthenticator(creds) }).then(
      () => true,
      () => false,
    );
  }),
  rights('revoked users', 'a trainer that is locked out stays connected', async (world) => {
    const { creds, first, locked } = await lockOut();
    const server = await serverOf(first);
    world.after(() => server.dispose());
    const w1 = await server.connect({ authenticator: credsAuthenticator(creds), maxReconnectAttempts: 0 });
    const updater = credsAuthenticator(new TextEncoder().encode(first.files['system.creds']));
    const system = await server.connect({ authenticator: updater, inboxPrefix: '_INBOX_system' });
    await Promise.all(locked.accounts.map((account) => updateAccount(system, account)));
    return world.staysAway(w1.closed());
  }),
  rights('private seeds', 'another user reads a key that signs users', async (world) => {
    const keys = await keysOf(world);
    return (statSync(join(keys, 'a', 'trainer.signer')).mode & 0o077) !== 0;
  }),
  files('names of contexts', 'a context outside of its directory', async (world) => {
    const home = world.directory();
    mkdirSync(join(home, 'nats', 'context'), { recursive: true });
    writeFileSync(join(home, 'evil.json'), '{"url":"nats://127.0.0.1:1"}');
    const { XDG_CONFIG_HOME } = process.env;
    process.env.XDG_CONFIG_HOME = home;
    await world.hypertide('context', 'add', 'evil', '--from-nats', '../../evil');
    const { printed } = await world.hypertide('context', 'list');
    if (XDG_CONFIG_HOME === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = XDG_CONFIG_HOME;
    return printed.includes('127.0.0.1:1');
  }),
];
