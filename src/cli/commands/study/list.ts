import { studyPhase } from '../../../monitoring/studyState.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import { placeAt, withPlace } from '../../../stores/locate.ts';
import type { PlacedStudy, Studies, StudyPlace } from '../../../study/place.ts';
import { shown } from '../../../study/shown.ts';
import { type StudyStatus, studyStatusOf } from '../../../study/status.ts';
import { inform, print } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { json, value } from '../../parts.ts';
import { minuteOf, textTable } from '../../terminal/table.ts';

/** The state of a study. One that cannot be read is listed with the reason. */
interface Listed {
  readonly name: string;
  readonly status?: StudyStatus | undefined;
  /** Whether a process runs it, if that is known. The log does not show that a process was killed. */
  readonly running?: boolean | undefined;
  /** Where its archive is, if its log is no longer on the server. */
  readonly archive?: string | undefined;
  /** Why the process that serves it cannot run it. */
  readonly failure?: string | undefined;
  readonly error?: string;
}

export const command = declare({
  description: 'List the studies in a folder or on a server, with their status and best value.',
  arguments: { place: value('place', 'folder or server (default: the server of the context, or this folder)') },
  options: { json },
  run: ({ place: at, ...options }, { connection }) =>
    withPlace(placeAt(at, connection), connection, async (place) => {
      const listed: Listed[] = [];
      for (const one of await place.list()) listed.push(one.isRun ? saidOf(one) : await readIn(place, one.study));
      if (options.json) print(JSON.stringify(listed.map(({ status, ...rest }) => ({ ...rest, ...status }))));
      else print(listed.length > 0 ? tableOf(listed) : `there is no study in ${place.place}`);
      if (!options.json)
        for (const { name, failure, status } of listed) {
          if (failure !== undefined) inform(failure);
          if (status?.waits !== undefined) inform(`${name} waits: ${status.waits}`);
        }
      if (!options.json && listed.some(({ status, running }) => status && running === undefined))
        inform('this user has no right to ask engines, so it is not known whether one serves the studies with status unknown');
      return 0;
    }),
});

/** What the process that runs it says. */
function saidOf({ study, status, error, archive }: PlacedStudy): Listed {
  const running = status?.closed === undefined && error === undefined;
  return omitUndefined({ name: study, status, running, archive, failure: error });
}

/** What its log says. */
async function readIn(place: Studies | StudyPlace, name: string): Promise<Listed> {
  try {
    const { begun } = await readFeed(await place.open(name));
    if (begun === undefined) return { name, error: 'it has not begun' };
    const status = studyStatusOf(begun.ledger, studyPhase(begun), begun.rows);
    return { name, status, ...(status.closed === undefined ? await runningIn(place, name) : { running: false }) };
  } catch (error) {
    return { name, error: (error as Error).message };
  }
}

async function runningIn(place: Studies | StudyPlace, name: string): Promise<Pick<Listed, 'running' | 'failure'>> {
  if (!('busy' in place)) return { running: true }; // its server runs all of them
  try {
    return { running: (await place.busy(name)) !== undefined };
  } catch {
    return {}; // some users may not ask engines
  }
}

function tableOf(listed: readonly Listed[]): string {
  const rows = listed.map((study) => {
    const { name, status, error } = study;
    if (error !== undefined) return [name, error, '', '', '', ''];
    if (status === undefined) return [name, stateOf(study), '', '', '', ''];
    const { open, best, objective, at } = status;
    const result = best && `${objective}=${shown(best.values[objective]!)} (trial ${best.trial})`;
    return [name, stateOf(study), endedOf(status), String(open), result ?? '', minuteOf(at)];
  });
  return textTable(['study', 'status', 'ended', 'open', 'best', 'last entry (UTC)'], rows);
}

/** How many configurations have ended, of as many as the limit allows: trials that resume another one, or were imported, are none of them. */
const endedOf = ({ trials, open, ended, limit }: StudyStatus): string =>
  `${ended}${limit === undefined ? '' : `/${limit}`}${trials - open > ended ? ` (${trials} trials)` : ''}`;

function stateOf({ status, running, archive, failure }: Listed): string {
  if (archive !== undefined) return `archived in ${archive}`;
  if (failure !== undefined) return 'failed';
  if (status === undefined) return 'starting';
  const { closed, paused } = status;
  if (closed !== undefined) return `closed: ${closed}`;
  if (paused) return 'paused';
  if (running === undefined) return 'unknown';
  if (status.waits !== undefined && status.open === 0) return 'waits';
  return running ? 'running' : 'not running';
}
