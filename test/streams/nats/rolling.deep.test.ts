import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { credsAuthenticator } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact } from '../../../src/facts/facts.ts';
import { verify } from '../../../streams/engine/verify.ts';
import { float, random, space } from '../../../streams/index.ts';
import { jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { serversOf } from '../../../streams/nats/config/serverConfig.ts';
import { natsLog, reconnectOptions, serve, trainer } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';
import { freePort } from '../../support/ports.ts';

/** The longest pause in a study while servers are restarted gently, in milliseconds: 2.1 s were measured. An election takes 4 to 9 s. */
const LONGEST = 12_000;
/** Milliseconds in which the servers that are left elect a leader. */
const ELECTION = 10_000;
const TRAINERS = ['w0', 'w1', 'w2', 'w3'];
const STUDY = 'digits';

/** Three servers as `hypertide server render` sets them up. */
async function cluster() {
  const members = await Promise.all(Array.from({ length: 3 }, async () => ({ host: '127.0.0.1', port: (await freePort()) % 60_000 })));
  const { textOf, files } = await jwtConfig({ teams: [{ name: 'lab', trainers: TRAINERS }] });
  const settings = serversOf(members, { password: 'secret', name: `rolling-${members[0]!.port}` });
  const servers = await Promise.all(settings.map((server) => natsServer(textOf(server))));
  const login = (user: string) => ({
    servers: servers.map(({ url }) => url),
    ...reconnectOptions,
    authenticator: credsAuthenticator(new TextEncoder().encode(files[`lab/${user}.creds`])),
    inboxPrefix: user.startsWith('w') ? `_INBOX.${user}` : `_INBOX_${user}`,
  });
  return { servers, as: (user: string) => servers[0]!.connect(login(user)) };
}

const areComplete = async (jsm: JetStreamManager) => {
  const { cluster: { replicas = [] } = {} } = await jsm.streams.info(subjectsOf(STUDY).stream);
  expect(replicas.filter(({ current, offline }) => current && !offline)).toHaveLength(2);
};

it('a study waits for the servers of its copies, and continues while each of them is restarted', { timeout: 240_000 }, async () => {
  const { servers, as } = await cluster();
  const line = space({ x: float(0, 1) });
  try {
    const nc = await as('engine');
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    await eventually(() => jsm.getAccountInfo()); // they have found each other
    const last = servers.at(-1)!;
    await last.kill('SIGTERM');
    const said: string[] = [];
    let hasBegun = false;
    const beginning = serve(nc, line, {
      strategy: random(),
      study: STUDY,
      trials: 100_000,
      parallel: 8,
      replicas: 3,
      warn: (text) => said.push(text),
    }).then((engine) => {
      hasBegun = true;
      return engine;
    });
    beginning.catch(() => {}); // awaited below
    await eventually(() => expect(said.join()).toContain('waiting for the server'));
    await sleep(ELECTION); // until then they do not answer, then that they are too few
    expect(hasBegun).toBe(false);
    await last.restart();
    const engine = await beginning;

    const connections = await Promise.all(TRAINERS.map(as));
    const trainers = connections.map((own, i) =>
      trainer<{ x: number }>({ nc: own, study: STUDY }, { name: TRAINERS[i]!, slots: 2 }, ({ x }) => sleep(50 + 50 * x, x)),
    );
    for (const server of servers) {
      await eventually(() => areComplete(jsm));
      await sleep(1000);
      await server.kill('SIGTERM');
      await sleep(1000);
      await server.restart();
    }
    await eventually(() => areComplete(jsm));
    await sleep(1000);
    await Promise.all(trainers.map(({ close }) => close()));
    await engine.close();

    const log = await natsLog(nc, STUDY, { create: false });
    const head = await log.head();
    const read = async function* () {
      for await (const entries of log.read()) {
        yield entries;
        if (entries.at(-1)!.position >= head) return;
      }
    };
    const entries: Entry[] = [];
    for await (const some of read()) entries.push(...some);
    const of = (type: Fact['type']) => entries.filter(({ fact }) => (fact as Fact).type === type);
    const completed = of('completed').map(({ fact }) => (fact as { trial: number }).trial);
    expect(new Set(completed).size).toBe(completed.length);
    expect(of('failed').filter(({ fact }) => (fact as { reason?: string }).reason !== 'preempted')).toEqual([]); // those that the end interrupts
    const open = of('suggested').length - completed.length - of('failed').length;
    expect(open).toBeLessThanOrEqual(8);
    expect(completed.length).toBeGreaterThan(100);
    const { recomputed, differs } = await verify(line, random(), read);
    const first = of('suggested').filter(({ fact }) => (fact as { attempt: number }).attempt === 1);
    expect([recomputed, differs]).toEqual([first.length, undefined]);
    const times = of('suggested').map(({ at }) => at);
    const longest = Math.max(...times.slice(1).map((time, i) => time - times[i]!));
    expect(longest).toBeLessThan(LONGEST);
    await log.close();
  } finally {
    await Promise.all(servers.map((server) => server.dispose()));
  }
});
