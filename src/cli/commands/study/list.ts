import { UserError } from '../../../errors.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import type { Headline } from '../../../server/feed/wire.ts';
import { placeAt, withPlace } from '../../../stores/locate.ts';
import type { Studies, StudyPlace } from '../../../study/place.ts';
import { inform, print } from '../../../text/output.ts';
import { shown } from '../../../text/shown.ts';
import { declare } from '../../command.ts';
import { json, value } from '../../parts.ts';
import { minuteOf, textTable } from '../../terminal/table.ts';

interface Shown extends Omit<Headline, 'id' | 'source'> {
  /** Whether a process runs it, if that is known. The log does not show that a process was killed. */
  readonly running?: boolean | undefined;
  /** Why the process that serves it cannot run it. */
  readonly failure?: string | undefined;
}

/** A study that cannot be read is listed with the reason. */
type Listed = Shown | { readonly study: string; readonly error: string };

export const command = declare({
  description: 'List the studies in a folder or on a server, with their status and best value.',
  arguments: { place: value('place', 'folder or server (default: the server of the context, or this folder)') },
  options: { json },
  run: ({ place: at, ...options }, { connection }) =>
    withPlace(placeAt(at, connection), connection, async (place) => {
      const listed: (Listed & { readonly name: string })[] = [];
      for (const name of await place.names()) listed.push({ name, ...(await headlineOf(place, name)) });
      if (options.json) print(JSON.stringify(listed));
      else print(listed.length > 0 ? tableOf(listed) : `there is no study in ${place.place}`);
      if (!options.json) for (const one of listed) if ('failure' in one && one.failure !== undefined) inform(one.failure);
      if (!options.json && listed.some((one) => !('error' in one) && one.running === undefined))
        inform('this user has no right to ask engines, so it is not known whether one serves the studies with status unknown');
      return 0;
    }),
});

async function headlineOf(place: Studies | StudyPlace, name: string): Promise<Listed> {
  try {
    const headline = (await readFeed(await place.open(name))).headline();
    if (headline === undefined) return { study: name, error: 'it has not begun' };
    const { id: _, source: __, ...rest } = headline;
    if (rest.closed !== undefined) return { ...rest, running: false };
    return omitUndefined({ ...rest, ...(await runningIn(place, name)) });
  } catch (error) {
    return { study: name, error: (error as Error).message };
  }
}

async function runningIn(place: Studies | StudyPlace, name: string): Promise<Pick<Shown, 'running' | 'failure'>> {
  if (!('busy' in place)) return { running: true }; // its server runs all of them
  try {
    return { running: (await place.busy(name)) !== undefined };
  } catch (error) {
    // Some users may not ask engines.
    return error instanceof UserError && error.code === 'failed' ? { running: false, failure: error.message } : {};
  }
}

function tableOf(listed: readonly (Listed & { readonly name: string })[]): string {
  const rows = listed.map((study) => {
    if ('error' in study) return [study.name, study.error, '', '', '', ''];
    const { open, best, objective, at } = study;
    return [
      study.name,
      statusOf(study),
      endedOf(study),
      String(open),
      best === undefined ? '' : `${objective.name}=${shown(best.value)} (trial ${best.trial})`,
      minuteOf(at),
    ];
  });
  return textTable(['study', 'status', 'ended', 'open', 'best', 'last entry (UTC)'], rows);
}

/** How many configurations have ended, of as many as the limit allows: trials that resume another one, or were imported, are none of them. */
const endedOf = ({ trials, open, ended, limit }: Shown): string =>
  `${ended}${limit === undefined ? '' : `/${limit}`}${trials - open > ended ? ` (${trials} trials)` : ''}`;

function statusOf({ closed, phase, running, failure }: Shown): string {
  if (closed !== undefined) return `closed: ${closed}`;
  if (failure !== undefined) return 'failed';
  if (phase !== 'running' || running === true) return phase;
  return running === undefined ? 'unknown' : 'not running';
}
