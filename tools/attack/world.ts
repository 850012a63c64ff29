import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credsAuthenticator, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { main } from '../../src/cli/program.ts';
import type { Fact } from '../../src/facts/facts.ts';
import { type AppliedEntry, float, int, random, space } from '../../streams/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { type ServeStudyOptions as ServeOptions, serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { puller } from '../../streams/nats/trainer/puller.ts';
import { type NatsServer, natsServer } from '../../test/support/nats.ts';
import { EVERYTHING, inboxOf, teamConfig } from '../../test/support/teamServer.ts';

/** Names of studies, one for each attack that needs a server. */
const NAMES = Array.from({ length: 200 }, (_, i) => `s${i}`);
const { text, creds } = await teamConfig([
  { name: 'lab', trainers: ['w1', 'w2'] },
  { name: 'other', trainers: ['w1'] },
]);

/** Milliseconds to wait for an answer. */
const SOON = 250;
/** The same where one must come, also on a busy machine. */
const AT_LAST = 60_000;

/** How long to wait for what shows whether an attack works: for long only if it must come. */
export interface Patience {
  /** Whether something comes that shows that the attack works, which its guard prevents. @param moment milliseconds to wait with the guard */
  comes(sign: Promise<unknown>, moment?: number): Promise<boolean>;
  /** Whether something stays away, as the attack wants and its guard prevents. @param moment milliseconds to wait without the guard */
  staysAway(sign: Promise<unknown>, moment?: number): Promise<boolean>;
  /** Whether a request that the guard refuses is answered. @param moment milliseconds to wait with the guard */
  answered(ask: (timeout: number) => Promise<Msg>, moment?: number): Promise<Msg | undefined>;
}

/** Where attacks happen: servers, files and a command line. */
export interface World extends Patience {
  /** A study on a server whose trial 1 is held by the trainer w2, by the run `r1`. The trainer w1 attacks it. */
  study(options?: Partial<ServeOptions>): Promise<Victim>;
  /** A new directory. */
  directory(): string;
  /** Runs `hypertide`. @returns the exit status, and what it prints on both outputs */
  hypertide(...args: readonly string[]): Promise<{ readonly code: number; readonly printed: string }>;
  /** Something to end afterwards. */
  after(end: () => unknown): void;
  close(): Promise<void>;
}

/** Users of the team of the study, and of another one. `everything` may do everything in the account of the study. */
export type User = 'w1' | 'w2' | 'viewer' | 'operator' | 'engine' | 'everything' | `other/${'engine' | 'viewer' | 'w1'}`;

export interface Victim extends Patience {
  readonly study: string;
  readonly subjects: ReturnType<typeof subjectsOf>;
  as(user: User): Promise<NatsConnection>;
  /** Publishes a fact as a trainer. @returns what the engine made of it; undefined if it is not in the log */
  say(user: 'w1' | 'w2', trial: number, fact: object | string, subject?: string): Promise<AppliedEntry | undefined>;
  /** The first fact of a type that counts and has these fields. */
  until<T extends Fact['type']>(type: T, fields?: Readonly<Record<string, unknown>>): Promise<Extract<Fact, { type: T }>>;
  /** Pulls a suggestion as a trainer does. */
  pull(user: 'w1' | 'w2'): Promise<Msg>;
  /** Publishes with the connection of a user that the server allows to do it. */
  tell(subject: string): Promise<void>;
  /** Whether a message arrives in the engine's account when something happens. */
  arrives(fits: (message: Msg) => boolean, act: () => Promise<unknown>): Promise<boolean>;
}

/** @param open whether the server lets every user do everything, so that attacks on its configuration succeed */
export function world(open: boolean): World {
  const patience: Patience = {
    comes: (sign, moment = SOON) => within(sign, open ? AT_LAST : moment),
    staysAway: async (sign, moment = 8 * SOON) => !(await within(sign, open ? moment : AT_LAST)),
    answered: (ask, moment = SOON) => ask(open ? AT_LAST : moment).catch(() => undefined),
  };
  const ends: (() => unknown)[] = [];
  const names = [...NAMES];
  const connections = new Map<string, Promise<NatsConnection>>();
  let server: Promise<NatsServer> | undefined;
  const connect = async (user: User) => {
    server ??= natsServer(open ? undefined : text);
    const [name, team = 'lab'] = user.split('/').reverse() as [string, string?];
    const inboxPrefix = inboxOf(name);
    const authenticator = credsAuthenticator(new TextEncoder().encode(creds[`${team}/${name}`]));
    return (await server).connect(open ? { inboxPrefix } : { inboxPrefix, authenticator });
  };
  const as = (user: User) => {
    const known = connections.get(user) ?? connect(user);
    connections.set(user, known);
    return known;
  };
  const study: World['study'] = async (options = {}) => {
    const name = names.pop()!;
    const subjects = subjectsOf(name);
    const all: AppliedEntry[] = [];
    const waiting = new Set<() => void>();
    const served = await serve(await as('engine'), space({ x: float(-5, 5), n: int(1, 9) }), {
      strategy: random(),
      study: name,
      trials: 20,
      parallel: 2,
      onEntry: (entry) => {
        all.push(entry);
        for (const look of waiting) look();
      },
      ...options,
    });
    served.port.finished.catch(() => {}); // an attack without its guard may end it
    ends.push(() => served.close().catch(() => {}));
    const entry = (holds: (entry: AppliedEntry) => boolean) =>
      new Promise<AppliedEntry>((resolve) => {
        const look = () => {
          const found = all.find(holds);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    const until: Victim['until'] = async (type, fields = {}) => {
      const wanted = Object.entries({ type, ...fields });
      const found = await entry(
        ({ fact, refusal }) => !refusal && wanted.every(([name, value]) => (fact as Readonly<Record<string, unknown>>)[name] === value),
      );
      return found.fact as never;
    };
    const say: Victim['say'] = async (user, trial, fact, subject = subjects.by(user, trial)) => {
      const data = typeof fact === 'string' ? fact : JSON.stringify({ trial, ...fact });
      const ack = (await (await as(user)).request(subject, data, { timeout: 2000 })).json<{ seq?: number; error?: unknown }>();
      return ack.error === undefined ? entry(({ position }) => position === ack.seq) : undefined;
    };
    const victim: Victim = {
      ...patience,
      study: name,
      subjects,
      as,
      say,
      until,
      pull: async (user) => {
        const pulls = puller(await as(user), subjects);
        const message = await new Promise<Msg>((resolve) => pulls.next(resolve));
        pulls.close();
        return message;
      },
      tell: async (subject) => (await as(EVERYTHING)).publish(subject, 'null'),
      arrives: async (fits, act) => {
        let tell = () => {};
        const arrived = new Promise<void>((resolve) => {
          tell = resolve;
        });
        const hear = (_: unknown, message: Msg) => {
          if (fits(message)) tell();
        };
        const nc = await as(EVERYTHING);
        const spy = nc.subscribe(`ht.${name}.>`, { callback: hear });
        await nc.flush();
        await act();
        await nc.flush();
        const result = await patience.comes(arrived, SOON / 5);
        spy.unsubscribe();
        return result;
      },
    };
    const isSuggested = (trial: number) => until('suggested', { trial });
    await Promise.all([1, 2].map(isSuggested));
    await say('w2', 1, { type: 'started', attempt: 1, run: 'r1' });
    return victim;
  };
  const directory = () => {
    const place = mkdtempSync(join(tmpdir(), 'hypertide-attack-'));
    ends.push(() => rmSync(place, { recursive: true, force: true }));
    return place;
  };
  return {
    ...patience,
    study,
    directory,
    hypertide: run,
    after: (end) => void ends.push(end),
    close: async () => {
      for (const end of ends.reverse()) await end();
      await (await server)?.dispose();
    },
  };
}

/** Runs a command in this process. */
async function run(...args: readonly string[]): Promise<{ code: number; printed: string }> {
  let printed = '';
  const outputs = [process.stdout, process.stderr];
  const writes = outputs.map((output) => output.write);
  for (const output of outputs)
    output.write = (text: string | Uint8Array) => {
      printed += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    };
  try {
    return { code: await main(args), printed };
  } finally {
    for (const [i, output] of outputs.entries()) output.write = writes[i]!;
  }
}

/** Whether a promise resolves in time. */
const within = (promise: Promise<unknown>, milliseconds: number): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => true,
      () => false,
    ),
    sleep(milliseconds, false, { ref: false }),
  ]);
