import { setTimeout } from 'node:timers/promises';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { onStatus } from '../../../streams/nats/connection/connection.ts';
import { createdOn } from '../../../streams/nats/created.ts';
import { answerCreations } from '../../../streams/nats/serve/creations.ts';
import type { ServedStudy } from '../../../streams/nats/serve/serve.ts';
import { studiesOn, whenBegun } from '../../../streams/nats/studies.ts';
import { StudyError } from '../../../streams/nats/studyError.ts';
import { DECISIONS } from '../../facts/versions.ts';
import { matching } from '../sources/namePattern.ts';
import { studyFromElsewhere } from '../studyFile/elsewhere.ts';
import { checkResuming } from '../trainers/resuming.ts';
import type { Served, Serving, ServingOptions } from './serving.ts';
import { turnstile } from './turnstile.ts';

/** Milliseconds between two checks for new studies. The server also announces them, but announcements may get lost or be forbidden. */
const LOOK = 5000;
/** The number of logs that are read at a time: the first studies are served soon, and the others need no memory yet. */
const STARTING = 8;
/** Milliseconds after which the others no longer wait for the start of a study. */
const PATIENCE = 5000;

/**
 * Serves studies of files, and every study of a server whose name matches a pattern, including those that begin later; creates studies on request.
 *
 * @param attend serves a study until it has closed.
 * @returns a function that ends it, once the first check is over.
 */
export async function serveAll(
  { nc, screen, settings }: ServingOptions,
  serving: Serving,
  pattern: string,
  attend: (name: string, begin: () => Promise<ServedStudy>) => Promise<void>,
  files: readonly Served[] = [],
): Promise<() => void> {
  const fits = matching(pattern);
  /** Names of studies that have an engine here, or are about to get one. */
  const attended = new Set<string>();
  const ended = new AbortController();
  const startsIn = turnstile(STARTING);
  const begin = async (name: string): Promise<ServedStudy> => {
    const created = await createdOn(nc, name, ended);
    for (;;) {
      try {
        return await serving.begin({ space: spaceOf(created), options: { study: name } });
      } catch (error) {
        if (!(error instanceof StudyError && error.code === 'restoring') || ended.signal.aborted) throw error;
        await setTimeout(LOOK / 5);
      }
    }
  };
  /** Begins studies that are there already, a few at a time. */
  const resume = (name: string): Promise<ServedStudy> =>
    new Promise((resolve, reject) => {
      void startsIn(async () => {
        const beginning = begin(name);
        beginning.then(resolve, reject);
        const started = beginning.then((served) => served.started).catch(() => {}); // `attend` reports it
        await Promise.race([started, setTimeout(PATIENCE, undefined, { ref: false })]);
      });
    });
  const follow = (name: string, engine: Promise<ServedStudy>) => {
    void attend(name, () => engine);
    const again = (error: unknown) => error instanceof StudyError && error.code === 'gone' && attended.delete(name); // it may be created again
    void engine.then((served) => served.ended).then(again, again);
  };
  const add = (name: string) => {
    if (attended.has(name) || !fits(name)) return;
    attended.add(name);
    const engine = resume(name);
    follow(name, engine);
    engine.catch(() => attended.delete(name)); // the cause may be corrected later
  };
  const look = async () => {
    for (const name of await studiesOn(nc)) add(name);
  };
  const create = async (name: string, data: unknown) => {
    const study: Served = studyFromElsewhere(name, data, settings.atMost);
    checkResuming({ strategy: study.strategy?.spec, decisions: DECISIONS, resumes: study.options.resumes ?? false });
    const taken = new StudyError(`there is a study ${name} on this server already`, { code: 'study-exists' });
    if (attended.has(name)) throw taken;
    attended.add(name); // set here, so that a concurrent request is refused
    try {
      if ((await studiesOn(nc)).includes(name)) throw taken;
      const begun = serving.begin(study);
      follow(name, begun);
      await (await begun).started;
    } catch (error) {
      attended.delete(name);
      throw error;
    }
  };
  for (const file of files) {
    attended.add(file.options.study);
    follow(file.options.study, serving.begin(file));
  }
  await look();
  const again = () => void look().catch((error: Error) => screen.line(error.message, { level: 'warn' }));
  const timer = setInterval(again, LOOK);
  const ends = [
    whenBegun(nc, add),
    answerCreations(nc, pattern, fits, create),
    onStatus(nc, ({ type }) => type === 'reconnect' && again()),
  ];
  await nc.flush(); // from here on, requests are answered
  return () => {
    ended.abort();
    clearInterval(timer);
    for (const end of ends) end();
  };
}
