// How fast a study on a server is.
import { once } from 'node:events';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { median } from '../../src/numeric/averages.ts';
import { type AppliedEntry, float, random, space } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { presenceOn } from '../../streams/nats/trainer/heartbeats.ts';
import { withResolvers } from '../../streams/promises.ts';
import type { NatsServer } from '../../test/support/nats.ts';
import { type Cpu, cpuOf, cpuOfAll } from './measure.ts';
import { program } from './processes.ts';

const line = space({ x: float(-5, 5) });
let count = 0;
export const fresh = () => `bench-${++count}`;
const typeOf = ({ fact }: AppliedEntry): string | undefined => (fact as { type?: string } | undefined)?.type;

/** Processes whose CPU is measured, by role. */
export type Pids = Readonly<Record<string, readonly number[]>>;

export interface Figure {
  /** Units a second. */
  readonly rate: number;
  /** Microseconds a unit. */
  readonly cpu: Cpu;
  /** Cores that other processes kept busy meanwhile. */
  readonly others?: number;
}

/** The server and this process, which runs the engine if there is one. */
const here = ({ pid }: NatsServer): Pids => ({ engine: [process.pid], server: [pid] });

/** How many units a second an act does, and how much CPU each process uses per unit. */
async function rate(units: number, pids: Pids, act: () => Promise<unknown>): Promise<Figure> {
  const had = () => Object.values(pids).map((those) => those.reduce((sum, pid) => sum + cpuOf(pid), 0));
  const [before, since, all] = [had(), performance.now(), cpuOfAll()];
  await act();
  const spent = had().map((cpu, i) => cpu - before[i]!);
  const microseconds = 1000 * (performance.now() - since);
  return {
    rate: (1e6 * units) / microseconds,
    cpu: Object.fromEntries(Object.keys(pids).map((name, i) => [name, spent[i]! / units])),
    others: Math.max(0, (cpuOfAll() - all - spent.reduce((sum, cpu) => sum + cpu)) / microseconds),
  };
}

export const medianOf = (figures: readonly Figure[]): Figure => ({
  rate: median(figures.map((figure) => figure.rate)),
  cpu: Object.fromEntries(Object.keys(figures[0]!.cpu).map((name) => [name, median(figures.map(({ cpu }) => cpu[name]!))])),
  ...(figures[0]!.others !== undefined && { others: median(figures.map(({ others }) => others!)) }),
});

const suggestion = JSON.stringify({ type: 'suggested', trial: 1000, attempt: 1, by: 'random', params: { x: 1.23456789 }, after: 1000 });

/** Publishes one message, waits for its acknowledgement and reads it back before the next: the limit of an engine that decides one by one. */
export async function bareLoop(server: NatsServer, nc: NatsConnection, messages: number): Promise<Figure> {
  const study = fresh();
  const log = await natsLog(nc, study);
  const { stream, study: subject } = subjectsOf(study);
  const js = jetstream(nc);
  let heard = () => {};
  const consumer = await js.consumers.get(stream, { deliver_policy: DeliverPolicy.All });
  const reading = await consumer.consume({ callback: () => heard() });
  const figure = await rate(messages, here(server), async () => {
    for (let i = 0; i < messages; i++) {
      const back = withResolvers<void>();
      heard = back.resolve;
      await Promise.all([js.publish(subject, suggestion), back.promise]);
    }
  });
  await reading.close();
  await log.close();
  return figure;
}

/** Acknowledged messages alone, `inFlight` at a time. */
export async function barePublishes(server: NatsServer, nc: NatsConnection, messages: number, inFlight: number): Promise<Figure> {
  const study = fresh();
  const log = await natsLog(nc, study);
  const { study: subject } = subjectsOf(study);
  const js = jetstream(nc);
  const one = async () => {
    for (let i = 0; i < messages / inFlight; i++) await js.publish(subject, suggestion);
  };
  const figure = await rate(messages, here(server), () => Promise.all(Array.from({ length: inFlight }, one)));
  await log.close();
  return figure;
}

/** Suggestions alone: all trials may be open at once, as for a trainer with a slot for each. */
export async function suggestions(server: NatsServer, nc: NatsConnection, trials: number): Promise<Figure> {
  const done = withResolvers<void>();
  let suggested = 0;
  const onEntry = (applied: AppliedEntry) => typeOf(applied) === 'suggested' && ++suggested === trials && done.resolve();
  return rate(trials, here(server), async () => {
    const study = fresh();
    const { started, close } = await serve(nc, line, { strategy: random(), study, trials, parallel: trials, onEntry });
    await started;
    const presence = presenceOn(nc, subjectsOf(study).beat('all', 0), { slots: trials });
    presence.announce();
    await done.promise;
    presence.end();
    await close();
  });
}

/** Trials before the clock starts: programs need time to start, and each trainer about 1000 trials until its code is compiled. */
const WARM = 2000;
/** Trials that each of the two trainers runs at a time. */
const SLOTS = 16;

/** Whole trials, evaluated in two other processes. */
export async function wholeTrials(server: NatsServer, nc: NatsConnection, trials: number): Promise<Figure> {
  const study = fresh();
  const children = [1, 2].map(() => program(new URL('./natsTrainer.js', import.meta.url), server.url, study, String(SLOTS)));
  const exits = children.map((child) => once(child, 'exit'));
  const warm = withResolvers<void>();
  let completed = 0;
  const onEntry = (applied: AppliedEntry) => typeOf(applied) === 'completed' && ++completed === WARM && warm.resolve();
  const { port, close } = await serve(nc, line, { strategy: random(), study, trials: trials + WARM, parallel: 4 * SLOTS, onEntry });
  await warm.promise;
  const trainers = children.map(({ pid }) => pid!);
  const figure = await rate(trials, { ...here(server), trainers }, () => port.finished);
  await close();
  await Promise.all(exits);
  return figure;
}

const malformed: readonly string[] = [
  '{"type":',
  '[]',
  '{}',
  '{"type":"reported"}',
  '{"type":"reported","trial":1,"step":-1,"values":{}}',
  '{"type":"completed","trial":1,"run":"x","values":{"value":1}}',
  '{"type":"closed","reason":"person"}',
  '[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]',
  '{"type":"started","trial":1,"attempt":7,"run":"x"}',
  JSON.stringify({ type: 'failed', trial: 1, reason: 'lost', run: 'x', text: 'x'.repeat(17_000) }),
];

/** Publishes facts that are rejected, `inFlight` at a time. @returns milliseconds from each to its answer on `rejected`, in ascending order. */
export async function rejections(nc: NatsConnection, other: NatsConnection, messages: number, inFlight: number): Promise<number[]> {
  const study = fresh();
  const { by, rejected } = subjectsOf(study);
  const begun = withResolvers<void>();
  const { close } = await serve(nc, line, {
    strategy: random(),
    study,
    trials: 2,
    onEntry: (applied) => typeOf(applied) === 'suggested' && begun.resolve(),
  });
  await begun.promise;
  const answered = new Map<number, (at: number) => void>();
  const early = new Map<number, number>();
  other.subscribe(rejected('w'), {
    callback: (_, message) => {
      const { position } = message.json<{ position: number }>();
      const tell = answered.get(position);
      if (tell) tell(performance.now());
      else early.set(position, performance.now());
    },
  });
  await other.flush();
  const js = jetstream(other);
  const latencies: number[] = [];
  const one = async (first: number) => {
    for (let i = first; i < messages; i += inFlight) {
      const since = performance.now();
      const { seq } = await js.publish(by('w', 1), malformed[i % malformed.length]!);
      const at = early.get(seq) ?? (await new Promise<number>((resolve) => answered.set(seq, resolve)));
      latencies.push(at - since);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, i) => one(i)));
  await close();
  return latencies.sort((a, b) => a - b);
}
