import type { NatsConnection } from '@nats-io/nats-core';
import type { Created, Fact } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { Refusal } from '../../src/facts/refusal.ts';
import { changedBy, type Settings, settingsOf } from '../../src/ledger/settings.ts';
import { jsonOf } from './connection/connection.ts';
import { isForbidden, isPassing } from './connection/retry.ts';
import { subjectsOf } from './protocol/subjects.ts';

/** Milliseconds between two checks. */
const PAUSE = 250;

/** A fact of a stream and its position; undefined if there is none, or if this user must not read it. */
async function lookUp(nc: NatsConnection, subject: string, data: string): Promise<Found | undefined> {
  const answer = await nc.request(`$JS.API.DIRECT.GET.${subject}`, data, { timeout: 2000 }).catch((error) => {
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

/**
 * The first fact of a study: what its parameters and objectives are. Waits for a study that is not there yet, and for a server that is away.
 *
 * @throws the reason of the signal when it aborts; what the server refuses.
 */
export async function createdOn(nc: NatsConnection, study: string, signal?: AbortSignal): Promise<Created> {
  const { stream, created } = subjectsOf(study);
  const isCreated = (found: Found | undefined): found is { fact: Created; position: number } =>
    found !== undefined && !isRefusal(found.fact) && found.fact.type === 'created';
  while (!signal?.aborted) {
    const named = await lookUp(nc, `${stream}.${created}`, '');
    if (isCreated(named)) return named.fact;
    const first = await lookUp(nc, stream, JSON.stringify({ seq: 1 })); // where older versions put it
    if (isCreated(first)) return first.fact;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw signal.reason;
}

/**
 * The settings that a study has now, as far as this user may read them: a trainer with an account of its own may read only the last change, and
 * only if nothing was enqueued or closed since.
 *
 * @throws what the server refuses.
 */
export async function settingsOn(nc: NatsConnection, study: string, created: Created): Promise<Settings> {
  const { stream, study: subject } = subjectsOf(study);
  let settings = settingsOf(created);
  const apply = ({ fact }: Found) => {
    if (!isRefusal(fact) && fact.type === 'changed') settings = changedBy(settings, fact);
  };
  const last = await lastOn(nc, study);
  if (last === undefined) return settings; // nothing has changed
  const next = (position: number) => lookUp(nc, stream, JSON.stringify({ seq: position + 1, next_by_subj: subject }));
  let found = await next(0);
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
export function lastOn(nc: NatsConnection, study: string): Promise<Found | undefined> {
  const { stream, study: subject } = subjectsOf(study);
  return lookUp(nc, `${stream}.${subject}`, '');
}

/** Why a study is closed, by the last fact about it; undefined if it is open, or another fact was written since. */
export const closingIn = (last: Fact | Refusal): string | undefined =>
  !isRefusal(last) && last.type === 'closed' ? last.reason : undefined;
