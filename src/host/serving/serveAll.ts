import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { repeatCheck } from '../../../streams/nats/connection/outage.ts';
import { createdOn } from '../../../streams/nats/created.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { answerCreations } from '../../../streams/nats/serve/creations.ts';
import { studiesOn, whenBegun } from '../../../streams/nats/studiesOn.ts';
import { deleted } from '../../../streams/nats/studyError.ts';
import { StudyError } from '../../errors.ts';
import { matching } from '../../stores/namePattern.ts';
import { checkResuming } from '../../studyFile/checkResuming.ts';
import { remoteStudy } from '../../studyFile/remoteStudy.ts';
import { type Retirement, retirement } from './retirement.ts';
import type { ServedHere, ServingOptions } from './served.ts';
import type { Describe, Served, Serving } from './serving.ts';

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
  let retired: Retirement | undefined;
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
  /** Unloads a study that has been closed for long. */
  const consider = async (life: ServedHere) =>
    retired?.consider(life).catch(({ message }: Error) => life.line(`cannot be unloaded: ${message}`, { level: 'warn' }));
  const known = (name: string, describe = inLog(name)) => serving.study(name, describe, consider);
  const look = async () => {
    const before = [...awaited];
    const names = await studiesOn(nc, naming);
    await retired?.keep(names);
    for (const name of names) if (fits(name)) known(name).send('begun');
    for (const [name, missed] of before) if (!names.includes(name)) missed.abort(deleted(subjectsOf(name, naming).stream));
    for (const life of serving.all) await consider(life);
  };
  const create = async (name: string, data: unknown) => {
    const study: Served = remoteStudy(name, data, settings.atMost);
    checkResuming({ strategy: study.strategy?.spec, resumes: study.options.resumes ?? false });
    const taken = new StudyError(`there is a study ${name} on this server already`, { code: 'study-exists' });
    if (serving.of(name)) throw taken;
    const warning = quota?.shortFor(study.options);
    const life = known(name, (signal) => (life.phase() === 'creating' ? Promise.resolve(study) : inLog(name)(signal)));
    try {
      if ((await studiesOn(nc, naming)).includes(name)) throw taken;
      life.send('requested');
      if ((await life.settled()) === 'left') throw life.here.error;
      return warning;
    } catch (error) {
      if (life.phase() === 'absent') await life.close();
      throw error;
    }
  };
  const names = (await studiesOn(nc, naming)).filter((name) => fits(name) && files.every(({ options }) => options.study !== name));
  retired = await retirement(place, serving, names, fits, known);
  for (const file of files) known(file.options.study, async () => file).send('begun');
  await look();
  const ends = [
    whenBegun(nc, naming, (name) => {
      if (!fits(name)) return;
      known(name).send('begun');
      known(name).send('needed'); // it is another study
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
