// How fast an engine reads an existing log, and how much memory it uses.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/nats-core';
import { float, random, space } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { presenceOn } from '../../streams/nats/trainer/heartbeats.ts';
import { withResolvers } from '../../streams/promises.ts';
import type { NatsServer } from '../../test/support/nats.ts';
import { fill, type Message } from './natsFill.ts';

/** Starts a study and fills its log. @returns the number of entries. */
async function begin(nc: NatsConnection, study: string, parallel: number, past: Iterable<Message>): Promise<number> {
  let left = parallel;
  const suggested = withResolvers<void>();
  const first = await serve(nc, space({ x: float(-5, 5) }), {
    strategy: random(),
    study,
    trials: 1e9,
    parallel,
    seed: 1,
    onEntry: ({ fact }) => (fact as { type?: string })?.type === 'suggested' && --left === 0 && suggested.resolve(),
  });
  await first.started;
  const presence = presenceOn(nc, subjectsOf(study).beat('all', 0), { slots: parallel });
  presence.announce();
  await suggested.promise;
  presence.end();
  await first.close();
  await fill(nc, study, past);
  const log = await natsLog(nc, study, { create: false });
  const head = await log.head();
  await log.close();
  return head;
}

export interface Taken {
  readonly entries: number;
  /** Until the first decision, from when the engine starts to read. */
  readonly seconds: number;
  readonly cpu: number;
  /** Peak memory of the process in megabytes, and its memory before it read. */
  readonly peak: number;
  readonly before: number;
}

/** Starts an engine in its own process and waits until it has read the log and decided once. */
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

/** A log of `count` reports of a few open trials. */
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

/** A log of `count` completed trials. */
export function trials(server: NatsServer, nc: NatsConnection, study: string, count: number): Promise<Taken> {
  const { by, suggested } = subjectsOf(study);
  return take(
    server,
    nc,
    study,
    1,
    (function* (): Iterable<Message> {
      for (let trial = 1; trial <= count; trial++) {
        // The engine has suggested the first one.
        const params = { x: (trial % 9973) / 1000 - 5 };
        if (trial > 1) yield [suggested, { type: 'suggested', trial, attempt: 1, by: 'random', params, after: 1 }];
        yield [by('w', trial), { type: 'started', trial, attempt: 1, run: 'r' }];
        yield [by('w', trial), { type: 'completed', trial, run: 'r', values: { value: trial } }];
      }
    })(),
  );
}
