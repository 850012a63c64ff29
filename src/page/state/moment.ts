import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Moment } from '../../../streams/explanation/moment.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { get } from './api.ts';
import { at, connection, latest } from './store.ts';
import { study } from './url.ts';

/** The moments that a report keeps, in the order of the log. */
export const storedMoments = signal<readonly Moment[]>([]);
const answered = signal<{ readonly study: string; readonly moment: Moment } | undefined>(undefined);
/** Why there is none. */
export const noMoment = signal<string | undefined>(undefined);

/** The least milliseconds between two questions. At the end of a running study, each costs the server the fit of a model that lasts for one trial. */
const POLL_MS = { past: 100, now: 2000 };
/** The longest name that a request takes: there is no landscape over parameters with longer ones. */
const LONGEST_NAME = 256;
let wanted: string | undefined;
let isAsking = false;

/** Asks for the latest wanted moment, one after the other: while a study is played, some are left out. */
async function ask(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  while (wanted !== undefined) {
    const path = wanted;
    const of = study.value;
    wanted = undefined;
    try {
      const moment = await get<Moment>(path);
      noMoment.value = undefined;
      if (study.value === of) answered.value = { study: of, moment };
    } catch (error) {
      noMoment.value = (error as Error).message;
    }
    const since = performance.now();
    do await new Promise((resolve) => setTimeout(resolve, POLL_MS.past));
    while (at.value === undefined && performance.now() - since < POLL_MS.now);
  }
  isAsking = false;
}

/** What the strategies think after the entry that is shown, with a landscape over two parameters if both are given. It may lag behind. */
export function useMoment(x?: string, y?: string): Moment | undefined {
  const position = at.value ?? latest.value?.position ?? 0;
  const isLive = connection.value === 'live';
  const axes = [x, y].every((name) => (name?.length ?? 0) <= LONGEST_NAME) ? omitUndefined({ x, y }) : {};
  const path = `moment?${new URLSearchParams({ at: `${position}`, ...axes })}`;
  useEffect(() => {
    if (!isLive || position === 0) return;
    wanted = path;
    void ask();
  }, [path, isLive, study.value]);
  if (connection.value === 'file') return storedMoments.value.findLast((moment) => moment.position <= position) ?? storedMoments.value[0];
  return answered.value?.study === study.value ? answered.value.moment : undefined;
}
