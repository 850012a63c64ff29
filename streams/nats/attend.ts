import { JetStreamApiError } from '@nats-io/jetstream';
import { type Msg, type NatsConnection, nuid } from '@nats-io/nats-core';
import type { FailedFact, TrialEvent } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { TrialId } from '../../src/messages.ts';
import type { Suggestion } from '../directive.ts';
import { type Beats, timedBeats } from './beats.ts';
import { freshness } from './fresh.ts';
import { type DirectiveMessage, LEASE, LEASE_HEADER, type RejectedMessage } from './messages.ts';
import { insist } from './patience.ts';
import { publisher } from './publisher.ts';
import { puller } from './puller.ts';
import { checkName, type Subjects, subjectsOf } from './subjects.ts';

/** An attempt that this trainer has taken on. */
export interface Claim<P> {
  readonly suggestion: Suggestion<P>;
  /** The name of the claim. */
  readonly run: string;
  /** Aborted when the trial is to stop, with who says so as the reason; its last report is then its result. */
  readonly stop: AbortSignal;
  /** Aborted when nobody wants the run any longer: another one holds the trial, or the trainer closes. */
  readonly abandon: AbortSignal;
  /** Publishes a fact, after those before it. It is sent again, across reconnects, until the server has it. */
  readonly say: (fact: TrialEvent) => void;
}

/** Takes a claim to its end; what it throws makes the trial fail. */
export type Perform<P> = (claim: Claim<P>) => Promise<void>;

export interface AttendOptions {
  /** Name of the trainer: its facts stand below it. Default: a random one. */
  readonly name?: string;
  /** Trials at a time. Default 1. */
  readonly slots?: number;
  /** Told in a line of what a person might want to know. */
  readonly warn?: (message: string) => void;
  readonly beats?: (subjects: Subjects, name: string) => Beats;
}

/** A trainer at work. */
export interface Trainer {
  readonly name: string;
  /** Resolves when the study has closed and no trial runs here, or after `close`. @throws what the server refuses, such as a missing right. */
  readonly done: Promise<void>;
  /** Takes no more trials; those that run are given back, for others to go on with. */
  close(): Promise<void>;
}

/** Takes suggestions on, one for each free slot, and has them performed. */
export function attend<P>(nc: NatsConnection, study: string, perform: Perform<P>, options: AttendOptions = {}): Trainer {
  const subjects = subjectsOf(study);
  const name = checkName('name', options.name ?? `t${nuid.next().slice(-12).toLowerCase()}`);
  const { slots = 1, warn = () => {} } = options;
  const out = publisher(nc);
  const beats = options.beats?.(subjects, name) ?? timedBeats(nc, subjects, name);
  const held = new Map<string, Held>();
  const pulls = puller(nc, subjects);
  const fresh = freshness();
  let closing = false;
  let over = false;

  const obey = (message: DirectiveMessage) => {
    if (message.type === 'stop') for (const { trial, stop } of held.values()) if (trial === message.trial) stop.abort(message.by);
    if (message.type === 'closed') end();
  };
  /** Who claimed too late, or what is over, learns it here; the rest is for people. */
  const regret = ({ type, run, code, message }: RejectedMessage) => {
    const claim = run === undefined ? undefined : held.get(run);
    if (claim && (type === 'started' || code === 'ended')) claim.abandon.abort(code);
    else warn(message);
  };
  const end = () => {
    over = true;
    pulls.end();
  };
  const subscriptions = [listen(nc, subjects.directive('*'), obey), listen(nc, subjects.rejected(name), regret)];
  void (async () => {
    for await (const { type } of nc.status()) {
      if (over) return;
      if (type === 'disconnect') fresh.lost();
      if (type === 'reconnect') pulls.again();
    }
  })();

  const publish = (subject: string, fact: TrialEvent, id: string) =>
    insist(nc, () => out.publish(subject, JSON.stringify(fact), { id, timeout: 2000 })).then(fresh.stored);

  /** Whether an attempt is taken, as far as its trial's last fact tells. The log decides; this only saves the work of finding out. */
  const isTaken = async ({ trial, attempt }: Suggestion<P>): Promise<boolean> => {
    const last = await insist(nc, () =>
      nc.request(`$JS.API.DIRECT.GET.${subjects.stream}.${subjects.by('*', trial)}`, '', { timeout: 2000 }),
    );
    if (last.headers?.code === 404) return false;
    const said = jsonOf(last) as { attempt?: unknown } | undefined;
    return typeof said?.attempt === 'number' && said.attempt >= attempt; // in doubt it is claimed, and the log decides
  };

  /** Runs what was suggested to its end. @returns when all that was said of it is stored. */
  const take = async (message: Msg): Promise<{ readonly stored: Promise<unknown> }> => {
    const suggestion = suggestionOf<P>(message);
    const mayBeTaken = !fresh.isFresh(message.reply!);
    if (suggestion === undefined || (mayBeTaken && (await isTaken(suggestion)))) {
      nc.publish(message.reply!, '+ACK');
      return { stored: Promise.resolve() };
    }
    const { trial, attempt } = suggestion;
    const run = `${trial}.${attempt}.${nuid.next()}`;
    const subject = subjects.by(name, trial);
    const claim = { trial, stop: new AbortController(), abandon: new AbortController() };
    held.set(run, claim);
    let count = 0;
    let saying: Promise<unknown> = Promise.resolve();
    let ended = false;
    const say = (fact: TrialEvent) => {
      if (ended) return;
      ended = fact.type === 'completed' || fact.type === 'stopped' || fact.type === 'failed';
      const id = `${run}/${++count}`;
      saying = saying.then(() => publish(subject, { ...fact, attempt } as TrialEvent, id)).catch((error) => refused(error, fact, id));
    };
    /** What the server does not take is replaced where it is an end, and left out where it is not. */
    const refused = (error: Error, fact: TrialEvent, id: string): Promise<unknown> | undefined => {
      if (!(error instanceof JetStreamApiError)) throw error;
      warn(`trial ${trial}: ${fact.type} was not taken: ${error.message}`);
      if (fact.type === 'reported') return undefined;
      const failed: FailedFact = {
        type: 'failed',
        trial,
        attempt,
        run,
        reason: 'error',
        message: `the result was not taken: ${error.message}`,
      };
      return publish(subject, failed, `${id}!`);
    };
    const release = () => {
      beats.end(trial, run);
      held.delete(run);
    };
    try {
      await publish(subject, { type: 'started', trial, attempt, run, trainer: name }, `${run}/0`);
      nc.publish(message.reply!, '+ACK');
      beats.begin(trial, run, (leaseOf(message) * 1000) / 3);
      if (options.beats) await nc.flush().catch(() => {}); // an objective that blocks would keep it back
      const signals = { stop: claim.stop.signal, abandon: claim.abandon.signal };
      await perform({ suggestion, run, say, ...signals }).catch(({ message }: Error) =>
        say({ type: 'failed', trial, attempt, run, reason: 'error', message: message.slice(0, 4096) }),
      );
      if (closing) say({ type: 'failed', trial, attempt, run, reason: 'preempted', message: 'its trainer was told to end' });
    } catch (error) {
      release();
      throw error;
    }
    const stored = saying.finally(release);
    stored.catch(() => {});
    return { stored };
  };

  /** Whether the study closed before this trainer began, and nothing has been said to it since. */
  const isClosed = async (): Promise<boolean> => {
    const last = await insist(nc, () => nc.request(`$JS.API.DIRECT.GET.${subjects.stream}.${subjects.study}`, '', { timeout: 2000 }));
    return (jsonOf(last) as { type?: unknown } | undefined)?.type === 'closed';
  };

  const slot = async () => {
    if (await isClosed()) return;
    let before: Promise<unknown> = Promise.resolve();
    while (!over) {
      const message = await insist(nc, pulls.next);
      await before; // it is asked for the next trial while the result of the last one is on its way, but not begun
      if (message && over) nc.publish(message.reply!, '-NAK');
      else if (message) before = (await take(message)).stored;
    }
    await before;
  };
  const done = Promise.all(Array.from({ length: slots }, slot)).then(
    () => tidy(),
    (error) => {
      tidy();
      if (!closing || !nc.isClosed()) throw error;
    },
  );
  done.catch(() => {});
  const tidy = () => {
    end();
    beats.close();
    out.close();
    pulls.close();
    for (const subscription of subscriptions) subscription.unsubscribe();
  };
  return {
    name,
    done,
    close: () => {
      closing = true;
      end();
      for (const { abandon } of held.values()) abandon.abort('preempted');
      return done;
    },
  };
}

interface Held {
  readonly trial: TrialId;
  readonly stop: AbortController;
  readonly abandon: AbortController;
}

const listen = <T>(nc: NatsConnection, subject: string, hear: (message: T) => void) =>
  nc.subscribe(subject, {
    callback: (error, message) => {
      const said = error ? undefined : jsonOf(message);
      if (typeof said === 'object' && said !== null) hear(said as T);
    },
  });

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

function suggestionOf<P>(message: Msg): Suggestion<P> | undefined {
  const fact = parseFact(jsonOf(message));
  return isRefusal(fact) || fact.type !== 'suggested' ? undefined : (fact as unknown as Suggestion<P>);
}

const leaseOf = ({ headers }: Msg): number => Number(headers?.get(LEASE_HEADER)) || LEASE;
