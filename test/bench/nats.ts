// npm run bench:nats: what a study on a server does in a second, beside what the server and others do in the same run.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { float, random, space } from '../../streams/index.ts';
import { natsLog, serve } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/subjects.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';

const RUNS = 3;
const line = space({ x: float(-5, 5) });
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
let count = 0;
const fresh = () => `bench-${++count}`;

interface Figure {
  readonly rate: number;
  /** Of this process, in milliseconds a unit. */
  readonly cpu: number;
}

/** Units a second of what an act does. */
async function rate(units: number, act: () => Promise<unknown>): Promise<Figure> {
  const cpu = process.cpuUsage();
  const since = performance.now();
  await act();
  const seconds = (performance.now() - since) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: units / seconds, cpu: (user + system) / 1000 / units };
}

/** Median of several runs. */
async function medianOf(measure: () => Promise<Figure>): Promise<Figure> {
  const figures: Figure[] = [];
  for (let i = 0; i < RUNS; i++) figures.push(await measure());
  return { rate: median(figures.map((f) => f.rate)), cpu: median(figures.map((f) => f.cpu)) };
}

const say = (what: string, { rate: r, cpu }: Figure, note = '') =>
  console.log(`${what.padEnd(58)} ${r.toFixed(0).padStart(9)} /s  ${cpu.toFixed(3).padStart(7)} ms CPU${note && `   ${note}`}`);

/** One acknowledged message, read back, and then the next: the limit of whoever decides one by one. */
async function bareLoop(nc: NatsConnection, messages: number): Promise<Figure> {
  const study = fresh();
  const log = await natsLog(nc, study);
  const { stream, study: subject } = subjectsOf(study);
  const js = jetstream(nc);
  let heard = () => {};
  const consumer = await js.consumers.get(stream, { deliver_policy: DeliverPolicy.All });
  const reading = await consumer.consume({ callback: () => heard() });
  const data = JSON.stringify({ type: 'suggested', trial: 1000, attempt: 1, by: 'random', params: { x: 1.23456789 }, after: 1000 });
  const figure = await rate(messages, async () => {
    for (let i = 0; i < messages; i++) {
      const back = new Promise<void>((resolve) => {
        heard = resolve;
      });
      await Promise.all([js.publish(subject, data), back]);
    }
  });
  await reading.close();
  await log.close();
  return figure;
}

/** Suggestions alone, with room for all of them. */
async function suggestions(nc: NatsConnection, trials: number): Promise<Figure> {
  let all = () => {};
  const done = new Promise<void>((resolve) => {
    all = resolve;
  });
  let suggested = 0;
  const note = ({ fact }: { readonly fact: unknown }) =>
    (fact as { type?: string })?.type === 'suggested' && ++suggested === trials && all();
  const figure = await rate(trials, async () => {
    const { close } = await serve(nc, line, random(), { study: fresh(), trials, parallel: trials, note });
    await done;
    await close();
  });
  return figure;
}

/** Whole trials, evaluated in two other processes. */
async function wholeTrials(server: NatsServer, nc: NatsConnection, trials: number): Promise<Figure> {
  const study = fresh();
  const children = [1, 2].map(() =>
    spawn(process.execPath, [path('./natsTrainer.js'), server.url, study, '8'], {
      stdio: 'inherit',
    }),
  );
  const exits = children.map((child) => once(child, 'exit'));
  let begun = () => {};
  const warm = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let completed = 0;
  const note = ({ fact }: { readonly fact: unknown }) =>
    (fact as { type?: string })?.type === 'completed' && ++completed === WARM && begun();
  const { finished, close } = await serve(nc, line, random(), { study, trials: trials + WARM, parallel: 64, note });
  await warm;
  const figure = await rate(trials, () => finished);
  await close();
  await Promise.all(exits);
  return figure;
}
const WARM = 500;

/** Fills a stream by hand: as many publishes in flight as the server takes. */
async function fill(nc: NatsConnection, messages: Iterable<readonly [subject: string, fact: object]>): Promise<void> {
  const inbox = `_INBOX.fill.${fresh()}`;
  let free = 4096;
  let go = () => {};
  const sub = nc.subscribe(inbox, {
    callback: () => {
      free++;
      go();
    },
  });
  for (const [subject, fact] of messages) {
    while (free === 0)
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    free--;
    nc.publish(subject, JSON.stringify(fact), { reply: inbox });
  }
  while (free < 4096)
    await new Promise<void>((resolve) => {
      go = resolve;
    });
  sub.unsubscribe();
}

/** A study with a past, and how long an engine takes until it decides again. */
async function restart(nc: NatsConnection, study: string, past: (by: (trial: number) => string) => Iterable<readonly [string, object]>) {
  let begun = () => {};
  const suggested = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const first = await serve(nc, line, random(), {
    study,
    trials: 1e9,
    seed: 1,
    note: ({ fact }) => (fact as { type?: string })?.type === 'suggested' && begun(),
  });
  await suggested;
  await first.close();
  const { by } = subjectsOf(study);
  await fill(
    nc,
    past((trial) => by('w', trial)),
  );
  const log = await natsLog(nc, study, { create: false });
  const head = await log.head();
  await log.close();
  const since = performance.now();
  let decided = () => {};
  const again = new Promise<void>((resolve) => {
    decided = resolve;
  });
  const note = ({ position, fact }: { readonly position: number; readonly fact: unknown }) =>
    position > head && (fact as { type?: string })?.type === 'suggested' && decided();
  const { close } = await serve(nc, line, random(), { study, seed: 1, parallel: 2, note });
  await again;
  const seconds = (performance.now() - since) / 1000;
  await close();
  return { seconds, head };
}

const optuna = (directory: string, trials: number): number =>
  Number(execFileSync('/usr/bin/python3', [path('./optuna_journal.py'), directory, String(trials)], { encoding: 'utf8' }));
function withDirectory<T>(parent: string, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(parent, 'hypertide-bench-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function part(name: string, config: string | undefined, size: number, parent: string): Promise<void> {
  console.log(`\n${name}`);
  const server = await natsServer(config);
  const nc = await server.connect();
  await bareLoop(nc, size); // warm up
  await suggestions(nc, 2 * size);
  const bare = await medianOf(() => bareLoop(nc, size));
  say('publish one acknowledged message and read it back', bare);
  const alone = await medianOf(() => suggestions(nc, size));
  say('suggestions', alone, `${((100 * alone.rate) / bare.rate).toFixed(0)} % of that`);
  const whole = await medianOf(() => wholeTrials(server, nc, size));
  say('whole trials, two other processes', whole);
  const rates = Array.from({ length: RUNS }, () => withDirectory(parent, (directory) => optuna(directory, size)));
  console.log(
    `${"Optuna's JournalStorage, two processes".padEnd(58)} ${median(rates).toFixed(0).padStart(9)} /s   x ${(whole.rate / median(rates)).toFixed(1)}`,
  );
  await server.dispose();
}

await part('default settings (Optuna on tmpfs)', undefined, 2000, '/dev/shm');
await part('sync_interval: always (Optuna on the same disk)', 'jetstream { sync_interval: always }', 400, tmpdir());

console.log('\nreading');
const server = await natsServer();
const nc = await server.connect();
const REPORTS = 200_000;
const reports = await restart(nc, fresh(), function* (by) {
  yield [by(1), { type: 'started', trial: 1, attempt: 1, run: 'r' }];
  for (let step = 1; step <= REPORTS; step++) yield [by(1), { type: 'reported', trial: 1, run: 'r', step, values: { value: 1 / step } }];
});
console.log(`${REPORTS} reports folded at ${(REPORTS / reports.seconds).toFixed(0)} /s`);
const TRIALS = 100_000;
const study = fresh();
const long = await restart(nc, study, function* (by) {
  const { suggested } = subjectsOf(study);
  for (let trial = 1; trial <= TRIALS; trial++) {
    // The first one has been suggested by the engine itself.
    if (trial > 1)
      yield [suggested, { type: 'suggested', trial, attempt: 1, by: 'random', params: { x: (trial % 9973) / 1000 - 5 }, after: 1 }];
    yield [by(trial), { type: 'started', trial, attempt: 1, run: 'r' }];
    yield [by(trial), { type: 'completed', trial, run: 'r', values: { value: trial } }];
  }
});
console.log(`a log of ${TRIALS} trials (${long.head} entries): deciding again ${long.seconds.toFixed(2)} s after the start`);
await server.dispose();
