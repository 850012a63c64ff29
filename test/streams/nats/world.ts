import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import type { Fact } from '../../../src/facts/facts.ts';
import { type AppliedEntry, float, int, random, type Space, space } from '../../../streams/index.ts';
import { natsLog } from '../../../streams/nats/index.ts';
import { subjectsOf, TRAINERS } from '../../../streams/nats/protocol/subjects.ts';
import { type ServeStudyOptions as ServeOptions, serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import type { NatsServer } from '../../support/nats.ts';

export const plane = space({ x: float(-5, 5), n: int(1, 9) });
export interface At {
  readonly x: number;
  readonly n: number;
}

let count = 0;
/** A name that no other test uses. */
export const fresh = (): string => `study-${++count}`;

/** Entries of a study as they come, to wait for. */
export interface Heard {
  readonly all: readonly AppliedEntry[];
  note(applied: AppliedEntry): void;
  /** The first entry that matches, past ones included. */
  until(fits: (applied: AppliedEntry) => boolean): Promise<AppliedEntry>;
}

function hearing(): Heard {
  const all: AppliedEntry[] = [];
  const waiting = new Set<(applied: AppliedEntry) => void>();
  return {
    all,
    note: (applied) => {
      all.push(applied);
      for (const tell of waiting) tell(applied);
    },
    until: (fits) =>
      new Promise((resolve) => {
        const past = all.find(fits);
        if (past) return resolve(past);
        const tell = (applied: AppliedEntry) => {
          if (!fits(applied)) return;
          waiting.delete(tell);
          resolve(applied);
        };
        waiting.add(tell);
      }),
  };
}

export const isFact =
  (type: Fact['type'], more: Readonly<Record<string, unknown>> = {}) =>
  ({ fact, refusal }: AppliedEntry): boolean =>
    !refusal &&
    (fact as Fact).type === type &&
    Object.entries(more).every(([name, value]) => (fact as unknown as Record<string, unknown>)[name] === value);

/** An engine behind a connection, which ends with its scope. */
export async function engineBy<P = At>(nc: NatsConnection, options: ServeOptions, of: Space<P> = plane as never) {
  const heard = hearing();
  const served = await serve(nc, of, { strategy: random(), onEntry: heard.note, ...options });
  return { ...served, heard, nc, [Symbol.asyncDispose]: served.close };
}

/** An engine on a server. */
export const engineOn = async (server: NatsServer, options: ServeOptions, connection: NodeConnectionOptions = {}) =>
  engineBy(await server.connect(connection), options);

/** A trainer by hand. */
export async function handOn(server: NatsServer, study: string, name = 'hand') {
  const nc = await server.connect();
  const js = jetstream(nc);
  const subjects = subjectsOf(study);
  return {
    nc,
    say: (trial: number, fact: object | string) =>
      js.publish(subjects.by(name, trial), typeof fact === 'string' ? fact : JSON.stringify({ trial, ...fact })),
    beat: (trial: number, run: string) => nc.publish(subjects.beat(name, trial), JSON.stringify({ run })),
    ask: async (method: string, request: object = {}) =>
      (await nc.request(subjects.rpc(method), JSON.stringify(request))).json<{ ok: boolean; result?: unknown; error?: string }>(),
    /** The next suggestion. An engine makes the consumer only when it has read the log, and may make it again. */
    next: async () => {
      for (;;) {
        try {
          const consumer = await js.consumers.get(subjects.stream, TRAINERS);
          return await consumer.next({ expires: 5000 });
        } catch (error) {
          if (!(error instanceof Error && (error.name === 'ConsumerNotFoundError' || error.message === 'no responders'))) throw error;
        }
      }
    },
  };
}

/**
 * Lets the last fact about trial 1 be a late one of its first attempt, although its second attempt has been suggested since, and has ended if
 * `hasEnded`. No suggestion is acknowledged, so a trainer gets all of them.
 */
export async function lateFactOn(server: NatsServer, study: string, heard: Heard, hasEnded: boolean): Promise<void> {
  const [late, other] = [await handOn(server, study, 'late'), await handOn(server, study, 'other')];
  await heard.until(isFact('suggested', { trial: 1 }));
  await late.say(1, { type: 'started', attempt: 1, run: 'late' });
  await late.say(1, { type: 'failed', attempt: 1, run: 'late', reason: 'preempted' });
  await heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
  if (hasEnded) {
    await other.say(1, { type: 'started', attempt: 2, run: 'other' });
    await other.say(1, { type: 'completed', attempt: 2, run: 'other', values: { value: 3 } });
  }
  await late.say(1, { type: 'reported', attempt: 1, run: 'late', step: 1, values: { value: 4 } });
}

/** All facts of a study, read again. */
export async function factsOf(nc: NatsConnection, study: string): Promise<Fact[]> {
  const log = await natsLog(nc, study, { create: false });
  const head = await log.head();
  const facts: Fact[] = [];
  for await (const entries of log.read()) {
    facts.push(...entries.map(({ fact }) => fact as Fact));
    if (facts.length >= head) break;
  }
  return facts;
}
