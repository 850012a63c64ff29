import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { StudyError } from '../../src/errors.ts';
import { refusedElsewhere } from '../../src/study/commands.ts';
import type { NatsMethod } from '../../src/study/operations.ts';
import type { ListedStudy } from '../../src/study/status.ts';
import type { listPage } from '../study/port/pages.ts';
import { loginAs, roleFor } from './config/rights.ts';
import { jsonOf } from './connection/connection.ts';
import { isForbidden, isUnheard, isWithoutStreams, withRetry } from './connection/retry.ts';
import { everyStudy, isName, namingOf, type StudyNaming, type StudyRef, streamsOf, subjectsOf, trainersApi } from './protocol/subjects.ts';
import type { Reply } from './rpc.ts';

/**
 * The names of the studies on a server.
 *
 * @param subject that their streams must have. Without it, a name can be missing if other studies are deleted meanwhile: long lists come in pages.
 * @throws StudyError if this user may not list them.
 */
export async function studiesOn(nc: NatsConnection, naming: StudyNaming = namingOf(), subject?: string): Promise<string[]> {
  const ofTrainer = { ...naming, apiPrefix: trainersApi(naming) };
  try {
    if (trainers.has(nc)) return await namesOn(nc, ofTrainer, subject);
    return await namesOn(nc, naming, subject).catch(async (error) => {
      if (!isForbidden(error) && !isWithoutStreams(error)) throw error;
      const names = await namesOn(nc, ofTrainer, subject).catch(() => Promise.reject(error));
      trainers.add(nc);
      return names;
    });
  } catch (cause) {
    if (isForbidden(cause)) throw new StudyError('this user has no right to list the studies of a server; name them', { cause });
    throw cause;
  }
}

type ListPage = ReturnType<typeof listPage>;

/** Connections of trainers with an account of their own. The server logs each request that they may not make, so only the first list tries. */
const trainers = new WeakSet<NatsConnection>();

async function namesOn(nc: NatsConnection, naming: StudyNaming, subject: string = everyStudy(naming).created): Promise<string[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false, apiPrefix: naming.apiPrefix });
  const names: string[] = [];
  for await (const name of await withRetry(nc, async () => jsm.streams.names(subject))) names.push(...studyOf(name, naming));
  return names.sort();
}

/**
 * What the engines of a server say of their studies, by name; of several engines of a study, the one that has read most. Undefined if this user may not
 * ask. An engine that answers late is missing.
 */
export async function listOn(nc: NatsConnection, naming: StudyNaming = namingOf()): Promise<ReadonlyMap<string, ListedStudy> | undefined> {
  const all = new Map<string, ListedStudy>();
  const { list } = everyStudy(naming);
  try {
    for (let after = '', engines = 0, isMore = true; isMore; ) {
      const answers = await answersTo(nc, list, { after }, engines);
      engines = answers.length;
      isMore = false;
      let next = '';
      for (const { studies, more } of answers) {
        for (const one of studies) if (positionOf(all.get(one.study)) < positionOf(one)) all.set(one.study, one);
        const last = studies.at(-1)?.study;
        if (!more || last === undefined) continue;
        next = isMore && next < last ? next : last;
        isMore = true;
      }
      after = next;
    }
    return all;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    if (isUnheard(error)) return all;
    throw error;
  }
}

/** Engines that have read more come first; those that have failed or still read the log, last. */
const positionOf = (listed: ListedStudy | undefined): number => listed?.status?.position ?? (listed ? 0 : -1);

/** Milliseconds to wait for the first answer of an engine. After it, others have 300. */
const FIRST_WITHIN = 2000;

/** The answers of several engines to a request. @param count how many there are, if that is known */
async function answersTo(nc: NatsConnection, subject: string, data: object, count: number) {
  const pages: ListPage[] = [];
  const most = count > 0 ? ({ strategy: 'count', maxMessages: count } as const) : ({ strategy: 'stall' } as const);
  for await (const answer of await nc.requestMany(subject, JSON.stringify(data), { ...most, maxWait: FIRST_WITHIN })) {
    const reply = jsonOf(answer) as Reply | undefined;
    if (reply?.ok) pages.push(reply.result as ListPage);
  }
  return pages;
}

/** The study of a stream; undefined for a stream of another program whose name has the same prefix. */
function studyOf(stream: string, naming: StudyNaming): readonly string[] {
  const [beginning] = streamsOf('', naming.prefix);
  const name = stream.slice(beginning.length);
  return stream.startsWith(beginning) && isName(name) ? [name] : [];
}

/** Calls back for each study that starts. @returns a function that unsubscribes. */
export function whenBegun(nc: NatsConnection, naming: StudyNaming | undefined, begun: (study: string) => void): () => void {
  const advisory = '$JS.EVENT.ADVISORY.STREAM.CREATED';
  /** Below prefixes such as acme and acme.ml, studies may have streams of one name. */
  const look = async (study: string) => {
    const names = await studiesOn(nc, naming, subjectsOf(study, naming).created).catch((): string[] => []); // it polls
    if (names.includes(study)) begun(study);
  };
  const subscription = nc.subscribe(`${advisory}.*`, {
    callback: (error, { subject }) => {
      if (error) return; // without the right to subscribe, it polls
      for (const study of studyOf(subject.slice(advisory.length + 1), naming ?? namingOf())) void look(study);
    },
  });
  return () => subscription.unsubscribe();
}

/** Seconds that an engine, or the server, has to answer a request. */
const ANSWER_SECONDS = 5;

/** Milliseconds that an engine has to load a study. */
const LOADED_WITHIN = 60_000;

/** Whether a study was deleted: the server lists no stream of it, and none answers. False if the server does not say. */
export async function isDeleted(nc: NatsConnection, of: StudyRef): Promise<boolean> {
  const study = subjectsOf(of);
  const { apiPrefix, stream, created } = study;
  const names = await studiesOn(nc, study, created).catch(() => undefined);
  if (names === undefined || names.includes(study.name)) return false;
  // An account that imports the study and has streams of its own lists only those.
  return nc.request(`${apiPrefix}.DIRECT.GET.${stream}.${created}`, '', { timeout: 1000 * ANSWER_SECONDS }).then(() => false, isUnheard);
}

/** The codes of answers by which an engine says that it cannot answer; by all others, the study refuses a request. */
const ENGINE_CODES = ['unknown-command', 'internal', 'failed', 'gone'];

/**
 * Sends a request to a study's engine.
 *
 * @param loads whether an engine that has unloaded the closed study loads it for this.
 * @throws RefusedError if the study refuses the request; StudyError if no engine answers, if it cannot, or if this user may not ask.
 */
export async function request(nc: NatsConnection, study: StudyRef, method: NatsMethod, data: object = {}, loads = true): Promise<unknown> {
  const { name, rpc } = subjectsOf(study);
  const ask = () => nc.request(rpc(method), JSON.stringify(data), { timeout: 1000 * ANSWER_SECONDS });
  const answer = await ask()
    .catch(async (cause: Error) => {
      if (!loads || method === 'create' || !isUnheard(cause)) throw cause;
      await nc.request(rpc('load'), '', { timeout: LOADED_WITHIN }).catch(() => Promise.reject(cause));
      return ask();
    })
    .catch((cause: Error) => {
      throw unanswered(name, method, cause);
    });
  const reply = answer.json<Reply>();
  if (reply.ok) return reply.result;
  const { error, code } = reply;
  if (!ENGINE_CODES.includes(code)) throw refusedElsewhere({ error, code });
  throw new StudyError(error, {
    code,
    todo: code === 'unknown-command' ? 'the engine is of another version: start it again with this one' : undefined,
  });
}

/** Why a request was not answered. */
function unanswered(study: string, method: NatsMethod, cause: Error): StudyError {
  if (isForbidden(cause)) {
    const todo =
      roleFor(method) === 'viewer' ? `${loginAs('viewer')}; a command that changes the study needs the role operator` : loginAs('operator');
    return new StudyError(`this user has no right to ask ${study} for ${method}`, { code: 'forbidden', cause, todo });
  }
  const { message } = cause;
  if (!isUnheard(cause)) {
    const todo =
      method === 'create'
        ? 'if "hypertide study list" does not show it soon, no "hypertide serve --all" has a pattern that matches its name'
        : undefined;
    return new StudyError(`no answer for ${study} within ${ANSWER_SECONDS} s (${message}); an engine may still do what you asked`, {
      cause,
      todo,
    });
  }
  if (method === 'create') {
    const todo = 'start "hypertide serve --all" with a pattern that matches its name';
    return new StudyError(`no engine creates "${study}" (${message})`, { cause, todo });
  }
  return new StudyError(`no engine serves ${study} now (${message})`, { cause, todo: 'start one with "hypertide serve"' });
}
