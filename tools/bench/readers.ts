// npx tsx tools/bench readers [--readers 30 --trials 5000 --parameters 90]: how long many readers of a large study block its engine. Nothing is asserted.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { rngFor } from '../../src/numeric/random.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { natsServer } from '../../test/support/nats.ts';
import { createdFor, wide } from './readersEngine.ts';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '30' },
    trials: { type: 'string', default: '5000' },
    parameters: { type: 'string', default: '90' },
  },
});
const [readers, trials, parameters] = [Number(values.readers), Number(values.trials), Number(values.parameters)];
const STUDY = 'readers';
/** Messages on their way to the server at a time. */
const WINDOW = 500;
/** On a busy machine. */
const PATIENT = { timeout: 60_000 };

async function fill(nc: NatsConnection): Promise<void> {
  const log = await natsLog(nc, STUDY);
  const space = wide(parameters);
  await log.append(createdFor(space, STUDY, trials));
  const js = jetstream(nc);
  const { suggested, by } = subjectsOf(STUDY);
  const rng = rngFor('readers', '', 0);
  let under: Promise<unknown>[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const params = space.decode(space.axes.map(() => rng()));
    const run = `r${trial}`;
    const say = (subject: string, fact: object) => under.push(js.publish(subject, JSON.stringify({ trial, ...fact }), PATIENT));
    say(suggested, { type: 'suggested', attempt: 1, by: 'random', params });
    say(by('w', trial), { type: 'started', attempt: 1, run, trainer: 'w' });
    say(by('w', trial), { type: 'completed', run, values: { value: rng() } });
    if (under.length < WINDOW) continue;
    await Promise.all(under);
    under = [];
  }
  await Promise.all(under);
  await log.close();
}

/** Asks for every page of a method, each after the one before. @returns how many answers came */
async function readAll(nc: NatsConnection, method: 'trials' | 'log'): Promise<number> {
  let answers = 0;
  for (let after = 0; ; answers++) {
    const reply = await nc.request(subjectsOf(STUDY).rpc(method), JSON.stringify({ after }), { timeout: 120_000 });
    const { result } = reply.json<{ result: readonly { readonly trial?: number; readonly position?: number }[] }>();
    const last = result.at(-1);
    if (last === undefined) return answers;
    after = (method === 'trials' ? last.trial : last.position)!;
  }
}

const server = await natsServer();
const engine = fork(
  fileURLToPath(new URL('./readersEngine.ts', import.meta.url)),
  [server.url, STUDY, String(trials), String(parameters)],
  {
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  },
);
await once(engine, 'message'); // it has loaded its code
await fill(await server.connect());
const told = async (message: string): Promise<unknown> => {
  engine.send(message);
  const [answer] = await once(engine, 'message');
  return answer;
};
await told('begin');
console.log(`${readers} readers at once of ${trials} trials with ${parameters} parameters:`);
const measure = async (what: string, read: () => Promise<number>) => {
  await told('reset');
  const since = performance.now();
  const counts = await Promise.all(Array.from({ length: readers }, read));
  const { longest, computed, page } = (await told('longest')) as { longest: number; computed: number; page: string };
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  console.log(
    `${what.padEnd(28)} ${String(counts.reduce((a, b) => a + b, 0)).padStart(6)} answers in ${seconds} s, longest block ${longest.toFixed(0)} ms, of which computing ${computed.toFixed(0)} ms`,
  );
  return page;
};
const each = async () => server.connect();
const once30 = (method: 'status' | 'best') => async () => {
  const nc = await each();
  for (let i = 0; i < 20; i++) await nc.request(subjectsOf(STUDY).rpc(method), '{}', { timeout: 120_000 });
  return 20;
};
await measure('rpc status', once30('status'));
await measure('rpc best', once30('best'));
await measure('rpc trials, every page', async () => readAll(await each(), 'trials'));
const page = await measure('rpc log, every page', async () => readAll(await each(), 'log'));
for (const path of ['/v1/events?study=readers', '/metrics', '/v1/studies']) {
  await measure(`page ${path.replace(/\?.*/, '')}`, async () => {
    const gone = new AbortController();
    const answer = await fetch(new URL(path, page), { signal: gone.signal });
    const reader = answer.body!.getReader();
    let bytes = 0;
    const quiet = () => setTimeout(() => gone.abort(), 3000); // a stream of events does not end
    let timer = quiet();
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      clearTimeout(timer);
      if (done) break;
      bytes += value!.length;
      timer = quiet();
    }
    return bytes > 0 ? 1 : 0;
  });
}
engine.kill('SIGKILL');
await server.dispose();
process.exit(0);
