import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { repeatCheck } from '../../../streams/nats/connection/outage.ts';
import { createdOn } from '../../../streams/nats/created.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { answerCreations } from '../../../streams/nats/serve/creations.ts';
import type { ServedStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { studiesOn, whenBegun } from '../../../streams/nats/studiesOn.ts';
import { deleted } from '../../../streams/nats/studyError.ts';
import { StudyError } from '../../errors.ts';
import { matching } from '../../stores/namePattern.ts';
import { checkResuming } from '../../studyFile/checkResuming.ts';
import { remoteStudy } from '../../studyFile/remoteStudy.ts';
import type { ServingOptions } from './observed.ts';
import { retirement } from './retirement.ts';
import type { Describe, Outcome, Served, Serving } from './serving.ts';

/** Milliseconds between two checks for new studies. The server also announces them, but announcements may get lost or be forbidden. */
const POLL_MS = 5000;

/**
 * Serves studies of files, and every study of a server whose name matches a pattern, including those that begin later; creates studies on request.
 *
 * @returns a function that ends it, once the first check is over.
 */
export async function serveAll(
  place: ServingOptions,
  serving: Serving,
  pattern: string,
  files: readonly Served[] = [],
): Promise<() => void> {
  const { nc, naming, screen, quota, settings } = place;
  const fits = matching(pattern);
  /** Names of studies that are served here, or about to be. */
  const attended = new Set<string>();
  /** Studies whose first fact is awaited, and what ends that. */
  const awaited = new Map<string, AbortController>();
  const inLog =
    (name: string): Describe =>
    async (signal) => {
      const missed = new AbortController();
      awaited.set(name, missed);
      const either = AbortSignal.any([signal, missed.signal]);
      const created = await createdOn(nc, subjectsOf(name, naming), { signal: either }).finally(() => awaited.delete(name));
      return { space: spaceOf(created), options: { study: name } };
    };
  /** Resolves when the study is served for the first time, or has failed. */
  const attend = (name: string, describe = inLog(name), running?: ServedStudy) => {
    attended.add(name);
    return new Promise<void>((resolve) => {
      const hear = (outcome: Outcome) => {
        if (outcome === 'deleted') attended.delete(name); // it may be created again
        if (outcome !== 'restarting') resolve();
      };
      void serving.attend(name, describe, hear, running, () => consider(name));
    });
  };
  const add = (name: string) => {
    if (!attended.has(name) && !retired.has(name) && fits(name)) void attend(name);
  };
  /** Unloads a study that has been closed for long. */
  const consider = async (name: string) => {
    await retired.consider(name).catch(({ message }: Error) => screen.line(`${name}: cannot be unloaded: ${message}`, { level: 'warn' }));
    if (retired.has(name)) attended.delete(name);
  };
  const look = async () => {
    const before = [...awaited];
    const names = await studiesOn(nc, naming);
    await retired.keep(names);
    for (const name of names) add(name);
    for (const [name, missed] of before) if (!names.includes(name)) missed.abort(deleted(subjectsOf(name, naming).stream));
    for (const name of attended) await consider(name);
  };
  const create = async (name: string, data: unknown) => {
    const study: Served = remoteStudy(name, data, settings.atMost);
    checkResuming({ strategy: study.strategy?.spec, resumes: study.options.resumes ?? false });
    const taken = new StudyError(`there is a study ${name} on this server already`, { code: 'study-exists' });
    if (attended.has(name) || retired.has(name)) throw taken;
    const warning = quota?.shortFor(study.options);
    attended.add(name); // set here, so that a concurrent request is refused
    try {
      if ((await studiesOn(nc, naming)).includes(name)) throw taken;
      const engine = await serving.begin(study);
      await engine.started;
      void attend(name, inLog(name), engine);
      return warning;
    } catch (error) {
      attended.delete(name);
      serving.forget(name);
      throw error;
    }
  };
  const names = (await studiesOn(nc, naming)).filter((name) => fits(name) && files.every(({ options }) => options.study !== name));
  const retired = await retirement(place, serving, names, fits, (name) => attend(name));
  for (const file of files) void attend(file.options.study, async () => file);
  await look();
  const ends = [
    whenBegun(nc, naming, (name) => {
      retired.release(name); // it is another study, or was restored
      add(name);
    }),
    retired.close,
    answerCreations(nc, naming, pattern, fits, create),
    repeatCheck(nc, look, POLL_MS, (message) => screen.line(message, { level: 'warn' })),
  ];
  await nc.flush(); // from here on, requests are answered
  return () => {
    for (const end of ends) end();
  };
}
