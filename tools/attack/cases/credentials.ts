import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credsAuthenticator } from '@nats-io/transport-node';
import { type JwtConfig, jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { updateAccount } from '../../../streams/nats/config/updateAccounts.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { natsServer } from '../../../test/support/nats.ts';
import { casesOf } from '../attack.ts';
import type { Victim } from '../world.ts';
import { keysIn } from './files.ts';
import { api, asks, hears, list, rpc } from './rights.ts';
import { writes } from './subject.ts';

const rights = casesOf('rights');
const spoofing = casesOf('spoofing');
const files = casesOf('file names');

const completed = '{"type":"completed","trial":1,"run":"r1","values":{"value":0}}';
const look = (of: Victim) => `$JS.API.DIRECT.GET.${of.subjects.stream}.${of.subjects.created}`;

/** Attacks of trainers of a team, which share an account, and of the users of another team. */
const tries: readonly (readonly [what: string, succeeds: (at: Victim) => Promise<boolean>])[] = [
  [
    'a trainer writes as another through the acknowledgement of a fact',
    writes(
      'w1',
      ({ subjects }) => subjects.by('w1', 2),
      '{}',
      ({ subjects }) => subjects.by('w2', 1),
    ),
  ],
  ['the engine of another team reads the log', asks('other/engine', api('DIRECT.GET.HT'), '{"seq":1}')],
  ['the viewer of another team reads the study', asks('other/viewer', rpc('study'), '{}')],
  ['the viewer of another team lists the studies', asks('other/viewer', list, '{}')],
  ['the viewer of another team has the study loaded', asks('other/viewer', rpc('load'), '{}')],
  ['a trainer of another team reads the study', asks('other/w1', look, '')],
  ['a trainer of another team with the same name ends its run', writes('other/w1', ({ subjects }) => subjects.by('w1', 1), completed)],
  ['a trainer listens to all rejections', hears('w1', 'ht.$.rejected.*', ({ subjects }) => subjects.rejected('w2'))],
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

export const credentialAttacks = [
  ...tries.map(([what, succeeds]) => rights('configuration', what, async (world) => succeeds(await world.study()))),
  spoofing('relayed messages', 'a trainer has a stored message sent to another as a stop', async (world) => {
    const at = await world.study();
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
      const { done, close } = trainer({ nc: w2, study: at.study }, { name: 'w2' }, objective);
      done.catch(() => {});
      world.after(() => void close().catch(() => {}));
    });
    return world.comes(stopped, 1500);
  }),
  ...['*', '>', 'a.b', '{{tag(x)}}', '../w1'].map((name) =>
    files('names of users', `credentials for a user named ${name}`, async (world) => {
      const keys = await keysIn(world);
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
  files('names of contexts', 'a context outside of its directory', async (world) => {
    const home = world.directory();
    mkdirSync(join(home, 'nats', 'context'), { recursive: true });
    writeFileSync(join(home, 'evil.json'), '{"url":"nats://127.0.0.1:1"}');
    const { XDG_CONFIG_HOME } = process.env;
    process.env.XDG_CONFIG_HOME = home;
    const { printed } = await world.hypertide('study', 'list', '--context', '../../evil');
    if (XDG_CONFIG_HOME === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = XDG_CONFIG_HOME;
    return printed.includes('127.0.0.1:1');
  }),
];
