import { JetStreamApiError } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { Created, Fact } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { Refusal } from '../../src/facts/refusal.ts';
import { changedBy, type Settings, settingsOf } from '../../src/ledger/settings.ts';
import { RefusedError } from '../../src/study/commands.ts';
import { jsonOf } from './connection/connection.ts';
import { ailmentOf, isForbidden, isPassing, SILENCE, violationIn } from './connection/retry.ts';
import { type NamingOptions, type StudyNaming, type StudyRef, type Subjects, subjectsOf, trainersApi } from './protocol/subjects.ts';

/** A study on the server of a connection, which the caller closes. */
export interface NatsStudy extends NamingOptions {
  /** To survive a restart of the server, it needs settings such as `reconnectOptions`. */
  readonly nc: NatsConnection;
  /** Its name. */
  readonly study: string;
}

/** Milliseconds between two checks. */
const POLL_MS = 250;

/** A fact of a stream and its position; undefined if the stream has no such fact, no stream answers, or this user must not read it. */
async function lookUp(nc: NatsConnection, { apiPrefix, stream }: Subjects, data: string, subject?: string): Promise<Found | undefined> {
  const of = subject === undefined ? stream : `${stream}.${subject}`;
  const answer = await nc.request(`${apiPrefix}.DIRECT.GET.${of}`, data, { timeout: 2000 }).catch((error) => {
    if (nc.isClosed() || !(isPassing(error) || isForbidden(error))) throw error;
  });
  if (!answer || answer.data.length === 0) return undefined;
  return { fact: parseFact(jsonOf(answer)), position: Number(answer.headers?.get('Nats-Sequence')) };
}

/** An entry of a log. */
interface Found {
  readonly fact: Fact | Refusal;
  readonly position: number;
}

export interface AwaitOptions {
  /** Ends the wait, with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called once if it takes long, with what it waits for. */
  readonly warn?: ((message: string) => void) | undefined;
  /** The name of the trainer that waits. */
  readonly name?: string | undefined;
}

/**
 * The first fact of a study: what its parameters and objectives are. Waits for a study that is not there yet, and for a server that is away.
 *
 * @throws the reason of the signal when it aborts; what the server refuses; RefusedError for a log of another version.
 */
export async function createdOn(nc: NatsConnection, of: StudyRef, { signal, warn, name }: AwaitOptions = {}): Promise<Created> {
  const study = subjectsOf(of);
  const slow =
    warn && setTimeout(() => void whyHidden(nc, study, name).then((why) => say(`waiting for the study ${study.name}, ${why}`)), SILENCE);
  let isOver = false;
  const say = (text: string) => (isOver ? undefined : warn?.(text));
  try {
    while (!signal?.aborted) {
      const { fact } = (await lookUp(nc, study, '', study.created)) ?? {};
      if (fact && isRefusal(fact) && fact.code === 'other-version') throw new RefusedError(fact);
      if (fact && !isRefusal(fact) && fact.type === 'created') return fact;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw signal.reason;
  } finally {
    isOver = true;
    clearTimeout(slow);
  }
}

/**
 * The settings that a study has now, as far as this user may read them: a trainer with an account of its own may read only the last change, and
 * only if nothing was enqueued or closed since.
 *
 * @throws what the server refuses.
 */
export async function settingsOn(nc: NatsConnection, of: StudyRef, created: Created): Promise<Settings> {
  const study = subjectsOf(of);
  let settings = settingsOf(created);
  const apply = ({ fact }: Found) => {
    if (!isRefusal(fact) && fact.type === 'changed') settings = changedBy(settings, fact);
  };
  const last = await lastOn(nc, study);
  if (last === undefined) return settings; // nothing has changed
  const next = (position: number) => lookUp(nc, study, JSON.stringify({ seq: position + 1, next_by_subj: study.study }));
  let found = (await isOfTrainer(nc, study)) ? undefined : await next(0);
  if (found === undefined) apply(last);
  for (; found; found = await next(found.position)) apply(found);
  return settings;
}

/**
 * The last fact that an engine wrote about a study, other than suggestions, as far as this user may read it; undefined if there is none, or the server is
 * away.
 *
 * @throws what the server refuses.
 */
export async function lastOn(nc: NatsConnection, of: StudyRef): Promise<Found | undefined> {
  const study = subjectsOf(of);
  return lookUp(nc, study, '', study.study);
}

/** Whether this user is a trainer with an account of its own, which may read only some facts. */
const isOfTrainer = async (nc: NatsConnection, naming: StudyNaming): Promise<boolean> =>
  !((await answerOf(nc, `${trainersApi(naming)}.STREAM.NAMES`)) instanceof Error);

/**
 * Why this user does not see a study, as the end of a sentence about it.
 *
 * @param name of the worker.
 */
export async function whyHidden(nc: NatsConnection, of: StudyRef, name: string | undefined): Promise<string> {
  const study = subjectsOf(of);
  const { apiPrefix, stream, created } = study;
  const refused = violationIn(await answerOf(nc, `${apiPrefix}.DIRECT.GET.${stream}.${created}`));
  if (refused?.operation === 'subscription')
    return `which this worker cannot see under ${name === undefined ? 'a random name' : `the name ${name}`}: its name (--name) must be that of its credentials`;
  if (refused !== undefined) return 'which the login of this worker has no right to read';
  if (await isOfTrainer(nc, study)) return 'which is not on this server yet';
  const listing = await answerOf(nc, `${apiPrefix}.STREAM.NAMES`);
  if (isForbidden(listing)) return 'which the server does not show to this worker';
  const failure = listing instanceof Error ? listing : failureIn(listing);
  if (failure !== undefined) return `but the server ${ailmentOf(failure)}`;
  const account = await accountOf(nc);
  return account === undefined ? 'which is not on this server yet' : `which is not in the account ${account} of this server yet`;
}

/** Why JetStream does not do what was asked; undefined if it does. */
function failureIn(answer: Msg): JetStreamApiError | undefined {
  const { error } = jsonOf(answer) as { readonly error?: ConstructorParameters<typeof JetStreamApiError>[0] };
  return error && new JetStreamApiError(error);
}

/** The account that a user belongs to; undefined if the server has no accounts. */
async function accountOf(nc: NatsConnection): Promise<string | undefined> {
  const answer = await answerOf(nc, '$SYS.REQ.USER.INFO');
  const { data } = answer instanceof Error ? {} : (jsonOf(answer) as { readonly data?: { readonly account?: string } });
  return data?.account === ONLY ? undefined : data?.account;
}

/** The account of all users on a server without accounts. */
const ONLY = '$G';

/** The answer to a request, or why there is none. */
const answerOf = (nc: NatsConnection, subject: string): Promise<Msg | Error> =>
  nc.request(subject, '', { timeout: 2000 }).catch((error: Error) => error);

/** Why a study is closed, by the last fact about it; undefined if it is open, or another fact was written since. */
export const closingIn = (last: Fact | Refusal): string | undefined =>
  !isRefusal(last) && last.type === 'closed' ? last.reason : undefined;
