// Studies with a past: how fast an engine takes it in, and what it holds meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/nats-core';
import { float, random, space } from '../../streams/index.ts';
import { natsLog, serve } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/subjects.ts';
import type { NatsServer } from '../support/nats.ts';

type Message = readonly [subject: string, fact: object];

/** Fills a stream by hand: as many publishes in flight as the server takes. */
async function fill(nc: NatsConnection, study: string, messages: Iterable<Message>): Promise<void> {
  const inbox = `_INBOX.fill.${study}`;
  let free = 4096;
  let go = () => {};
  const room = (wanted: number) =>
    new Promise<void>((resolve) => {
      go = () => free >= wanted && resolve();
      go();
    });
  const subscription = nc.subscribe(inbox, {
    callback: () => {
      free++;
      go();
    },
  });
  for (const [subject, fact] of messages) {
    if (free === 0) await room(1);
    free--;
    nc.publish(subject, JSON.stringify(fact), { reply: inbox });
  }
  await room(4096);
  subscription.unsubscribe();
}

/** Begins a study, and gives it a past. @returns how many entries it has. */
async function begin(nc: NatsConnection, study: string, parallel: number, past: Iterable<Message>): Promise<number> {
  let left = parallel;
  let begun = () => {};
  const suggested = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const first = await serve(nc, space({ x: float(-5, 5) }), random(), {
    study,
    trials: 1e9,
    parallel,
    seed: 1,
    note: ({ fact }) => (fact as { type?: string })?.type === 'suggested' && --left === 0 && begun(),
  });
  await suggested;
  await first.close();
  await fill(nc, study, past);
  const log = await natsLog(nc, study, { create: false });
  const head = await log.head();
  await log.close();
  return head;
}

export interface Taken {
  readonly entries: number;
  /** From the start of the process to its first decision, and to its first decision from when it begins to read. */
  readonly seconds: number;
  readonly cpu: number;
  /** Most that the process ever held, in megabytes, and what it held before it read. */
  readonly peak: number;
  readonly before: number;
}

/** An engine as a process of its own takes a past in, until it decides again. */
async function take(server: NatsServer, nc: NatsConnection, study: string, parallel: number, past: Iterable<Message>): Promise<Taken> {
  const entries = await begin(nc, study, parallel, past);
  const program = fileURLToPath(new URL('./natsEngine.js', import.meta.url));
  const child = spawn(process.execPath, [program, server.url, study, String(parallel + 1)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(child, 'close');
  return { entries, ...(JSON.parse(text) as Omit<Taken, 'entries'>) };
}

/** Reports of a few trials that are open. */
export function reports(server: NatsServer, nc: NatsConnection, study: string, count: number): Promise<Taken> {
  const { by } = subjectsOf(study);
  const trials = 16;
  return take(
    server,
    nc,
    study,
    trials,
    (function* (): Iterable<Message> {
      for (let trial = 1; trial <= trials; trial++) yield [by('w', trial), { type: 'started', trial, attempt: 1, run: 'r' }];
      for (let i = 0; i < count; i++) {
        const trial = 1 + (i % trials);
        const step = 1 + Math.floor(i / trials);
        yield [by('w', trial), { type: 'reported', trial, run: 'r', step, values: { value: 1 / step } }];
      }
    })(),
  );
}

/** Trials that have ended. */
export function trials(server: NatsServer, nc: NatsConnection, study: string, count: number): Promise<Taken> {
  const { by, suggested } = subjectsOf(study);
  return take(
    server,
    nc,
    study,
    1,
    (function* (): Iterable<Message> {
      for (let trial = 1; trial <= count; trial++) {
        // The first one has been suggested by an engine.
        const params = { x: (trial % 9973) / 1000 - 5 };
        if (trial > 1) yield [suggested, { type: 'suggested', trial, attempt: 1, by: 'random', params, after: 1 }];
        yield [by('w', trial), { type: 'started', trial, attempt: 1, run: 'r' }];
        yield [by('w', trial), { type: 'completed', trial, run: 'r', values: { value: trial } }];
      }
    })(),
  );
}
