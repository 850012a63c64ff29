import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nuid } from '@nats-io/nats-core';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { isRecord, jsonIn } from '../../src/schema/json.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, int } from '../../src/space/types/dimension.ts';
import { defineStrategy } from '../../streams/kernel/defineStrategy.ts';
import { subjectsOf, TRAINERS, writerOf } from '../../streams/nats/protocol/subjects.ts';
import { serveStudy } from '../../streams/nats/serve/serveStudy.ts';
import { proxyTo } from '../../test/support/proxy.ts';

/** What a trainer under test should do in a trial: the parameters of the study. */
const tasks = space({ x: float(-100, 100), steps: int(0, 100), pause: float(0, 10), outcome: choice(['value', 'error', 'nan']) });
export type Task = Parameters<typeof tasks.encode>[0];

/** A fact as far as the scenes read it. */
export interface Said {
  readonly type: string;
  readonly trial?: number;
  readonly run?: string;
  readonly step?: number;
  readonly reason?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** A trainer breaks a rule; the message says which, and what it did. */
export class Breach extends Error {}

export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Breach(otherwise);
}

const NAME = 'conform';
/** Seconds in which a trainer starts, and does what it should: some load large libraries first. */
const REACTS_WITHIN = 60;

export interface StageOptions {
  /** The tasks of the trials. */
  readonly script: readonly Partial<Task>[];
  readonly parallel?: number;
  /** Seconds. */
  readonly lease?: number;
}

/**
 * The study of one scene, and what happens in it.
 *
 * @param words the command that starts the trainer.
 */
export async function setUp(nc: NatsConnection, nats: string, words: readonly string[], { script, parallel = 1, lease = 2 }: StageOptions) {
  const study = `conform-${nuid.next().slice(-12).toLowerCase()}`;
  const subjects = subjectsOf(study);
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  /** What the trainer has published to the log, duplicates included, with its messages. */
  const said: (Said & { readonly id: string | undefined; readonly text: string })[] = [];
  /** Its heartbeats. */
  const beats: { readonly at: number; readonly run: unknown }[] = [];
  /** The entries that the engine has read. */
  const applied: AppliedEntry[] = [];
  const subscription = nc.subscribe(`ht.${study}.>`, {
    callback: (_, message) => {
      const { subject } = message;
      const text = message.string();
      const data = jsonIn(text);
      const fact = (isRecord(data) ? data : {}) as unknown as Said;
      if (subject.startsWith(subjects.beat(NAME, '*').slice(0, -1))) beats.push({ at: performance.now(), run: fact.run });
      if (writerOf(subject) === NAME) said.push({ ...fact, text, id: message.headers?.get('Nats-Msg-Id') || undefined });
    },
  });
  await nc.flush();
  const strategy = defineStrategy<number>({
    name: 'script',
    init: () => 0,
    tell: (count, { type }) => (type === 'suggested' ? count + 1 : count),
    ask: (count) => tasks.encode({ x: count, steps: 2, pause: 0.05, outcome: 'value', ...script[count] }),
  });
  const onEntry = (one: AppliedEntry) => void applied.push(one);
  const engine = await serveStudy(nc, tasks, { strategy, study, lease, parallel, trials: script.length, duplicates: 'allow', onEntry });
  const proxy = await proxyTo(nats);
  let kill = () => {};
  let status: number | null | undefined;

  const until = async (what: string, holds: () => boolean | Promise<boolean>, seconds = REACTS_WITHIN) => {
    const end = performance.now() + 1000 * seconds;
    while (!(await holds())) {
      must(status === undefined, `${what}: it ended with exit status ${status}`);
      must(performance.now() < end, `${what}: it did not within ${seconds} s`);
      await sleep(10);
    }
  };
  await until('the engine suggests', () => applied.some(({ fact }) => (fact as Said).type === 'suggested'));
  return {
    proxy,
    said,
    beats,
    applied,
    until,
    start: () => {
      const at: Readonly<Record<string, string>> = { nats: proxy.url, study, name: NAME };
      const [program, ...rest] = words.map((word) => word.replace(/\{(nats|study|name)\}/g, (_, name: string) => at[name]!));
      const child = spawn(program!, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
      kill = () => void child.kill('SIGKILL');
      child.once('error', () => (status = null));
      child.once('exit', (code) => (status = code));
    },
    /** It exits by itself with status 0 when its study has closed. */
    endsWell: async () => {
      await until('when the study is over, the trainer should end', () => status !== undefined);
      must(status === 0, `when the study is over, the trainer should end with exit status 0, not ${status}`);
    },
    /** Publishes a fact as another trainer. */
    other: (trial: number, fact: object) => js.publish(subjects.by('other', trial), JSON.stringify({ trial, ...fact })),
    cancel: (trial: number) => nc.request(subjects.rpc('cancel'), JSON.stringify({ trial }), { timeout: 1000 * REACTS_WITHIN }),
    /** How many suggestions the consumer holds back, and how many it has delivered without an acknowledgement. */
    consumer: async () => {
      const { num_pending, num_ack_pending } = await jsm.consumers.info(subjects.stream, TRAINERS);
      return { waiting: num_pending, handedOut: num_ack_pending };
    },
    close: async () => {
      kill();
      subscription.unsubscribe();
      await engine.close();
      await proxy.close();
      await jsm.streams.delete(subjects.stream).catch(() => {}); // a server may refuse it
    },
  };
}

export type Stage = Awaited<ReturnType<typeof setUp>>;
