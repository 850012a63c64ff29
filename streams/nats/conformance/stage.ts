import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nuid } from '@nats-io/nats-core';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { isRecord, jsonIn } from '../../../src/schema/json.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, int } from '../../../src/space/types/dimension.ts';
import { defineStrategy } from '../../kernel/defineStrategy.ts';
import { subjectsOf, TRAINERS, trainerOf } from '../protocol/subjects.ts';
import { type ServedStudy, serveStudy } from '../serve/serveStudy.ts';
import { type LoopbackProxy, proxyTo } from './proxy.ts';

/** The parameters that tell the objective of a trainer under test what to do. */
export interface Task {
  /** The result; the report at step n is n above it. */
  readonly x: number;
  readonly steps: number;
  /** Seconds before each report. */
  readonly pause: number;
  /** `error`: it throws at the end; `nan`: its result is NaN. */
  readonly outcome: 'value' | 'error' | 'nan';
}

const tasks = space({ x: float(-100, 100), steps: int(0, 100), pause: float(0, 10), outcome: choice(['value', 'error', 'nan']) });

/** A running trainer under test. */
export interface Begun {
  /** Its exit status. */
  readonly ended: Promise<number | null>;
  kill(): void;
}
export type Begin = (at: { readonly nats: string; readonly study: string; readonly name: string }) => Begun;

/** Everything that a trainer has published, duplicates included. */
export interface Said {
  readonly at: number;
  readonly id: string | undefined;
  readonly text: string;
  readonly type?: string;
  readonly trial?: number;
  readonly run?: string;
  readonly step?: number;
  readonly attempt?: number;
  readonly [name: string]: unknown;
}

/** A trainer breaks a rule; the message says which, and what it did. */
export class Breach extends Error {
  override readonly name = 'Breach';
}

export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Breach(otherwise);
}

/** The study of one scene, and what happens in it. */
export interface Stage {
  readonly proxy: LoopbackProxy;
  /** What the trainer under test has published to the log. */
  readonly said: readonly Said[];
  /** The times of its heartbeats, and their runs. */
  readonly beats: readonly { readonly at: number; readonly run: unknown }[];
  /** The entries that the engine has read, and what each did. */
  readonly applied: readonly AppliedEntry[];
  /** Begins the trainer. */
  start(): Begun;
  /** Publishes a fact as another trainer. */
  other(trial: number, fact: object): Promise<unknown>;
  cancel(trial: number): Promise<unknown>;
  /** How many suggestions the consumer holds back, and how many it has delivered without an acknowledgement. */
  consumer(): Promise<{ readonly waiting: number; readonly handedOut: number }>;
  until(what: string, holds: () => boolean | Promise<boolean>, seconds?: number): Promise<void>;
  pause(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly nc: NatsConnection;
  readonly nats: string;
  readonly begin: Begin;
  readonly script: readonly Partial<Task>[];
  readonly parallel?: number;
  /** Seconds. */
  readonly lease?: number;
}

const NAME = 'conform';
/** Seconds in which a trainer starts, and does what it should: some load large libraries first. */
const REACTS_WITHIN = 60;

export async function setUp({ nc, nats, begin, script, parallel = 1, lease = 2 }: StageOptions): Promise<Stage> {
  const study = `conform-${nuid.next().slice(-12).toLowerCase()}`;
  const subjects = subjectsOf(study);
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const said: Said[] = [];
  const beats: { at: number; run: unknown }[] = [];
  const applied: AppliedEntry[] = [];
  const subscription = nc.subscribe(`ht.${study}.>`, {
    callback: (_, { subject, data, headers }) => {
      const at = performance.now();
      const text = new TextDecoder().decode(data);
      if (subject.startsWith(subjects.beat(NAME, '*').slice(0, -1))) beats.push({ at, run: recordOf(text).run });
      if (trainerOf(subject) === NAME && subject.includes('.log.'))
        said.push({ ...recordOf(text), at, text, id: headers?.get('Nats-Msg-Id') || undefined });
    },
  });
  await nc.flush();
  const scripted = defineStrategy<number>({
    name: 'script',
    init: () => 0,
    tell: (count, { type }) => (type === 'suggested' ? count + 1 : count),
    ask: (count) => tasks.encode({ x: count, steps: 2, pause: 0.05, outcome: 'value', ...script[count] }),
  });
  const engine: ServedStudy = await serveStudy(nc, tasks, {
    strategy: scripted,
    study,
    lease,
    parallel,
    trials: script.length,
    duplicates: 'allow',
    onEntry: (one) => applied.push(one),
  });
  const proxy = await proxyTo(nats);
  const begun: Begun[] = [];
  /** Set when the trainer has ended. */
  let over: { readonly status: number | null } | undefined;
  const self: Stage = {
    proxy,
    said,
    beats,
    applied,
    start: () => {
      const one = begin({ nats: proxy.url, study, name: NAME });
      begun.push(one);
      void one.ended.then((status) => {
        over = { status };
      });
      return one;
    },
    other: (trial, fact) => js.publish(subjects.by('other', trial), JSON.stringify({ trial, ...fact })),
    cancel: (trial) => nc.request(subjects.rpc('cancel'), JSON.stringify({ trial }), { timeout: 1000 * REACTS_WITHIN }),
    consumer: async () => {
      const { num_pending, num_ack_pending } = await jsm.consumers.info(subjects.stream, TRAINERS);
      return { waiting: num_pending, handedOut: num_ack_pending };
    },
    pause: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
    until: async (what, holds, seconds = REACTS_WITHIN) => {
      const end = performance.now() + 1000 * seconds;
      while (!(await holds())) {
        must(!over, `${what}: it ended with exit status ${over?.status}`);
        must(performance.now() < end, `${what}: it did not within ${seconds} s`);
        await self.pause(0.01);
      }
    },
    close: async () => {
      for (const one of begun) one.kill();
      subscription.unsubscribe();
      await engine.close();
      await proxy.close();
      await jsm.streams.delete(subjects.stream).catch(() => {}); // a server may refuse it
    },
  };
  await self.until('the engine suggests', () => applied.some(({ fact }) => (fact as Said).type === 'suggested'));
  return self;
}

function recordOf(text: string): Record<string, unknown> {
  const data = jsonIn(text);
  return isRecord(data) ? data : {};
}
