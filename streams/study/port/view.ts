import { filter, firstValueFrom, Subject } from 'rxjs';
import { MismatchError } from '../../../src/errors.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { isTrialRunning } from '../../../src/ledger/openTrials.ts';
import type { Space } from '../../../src/space/space.ts';
import { LET_GO, NOT_BEGUN, RefusedError } from '../../../src/study/commands.ts';
import { TrialRows } from '../../../src/study/trials.ts';
import { firstFactOf, spaceOf } from '../../engine/applyEntries.ts';
import { turnsOf } from '../../engine/timeout.ts';
import type { Log } from '../../log/log.ts';
import { past } from '../../log/past.ts';
import { withResolvers } from '../../promises.ts';
import { spaceDifferences } from '../../spec/options.ts';
import { StudyEnd } from './ending.ts';
import { noResultIn } from './noResult.ts';
import type { StudyPort } from './port.ts';
import { replayed } from './replayed.ts';

/** Milliseconds of work before it yields to other tasks. */
const TURN_MS = 10;

/** A study that runs elsewhere, as its log tells it. */
export interface Following<P>
  extends Pick<StudyPort<P>, 'space' | 'source' | 'ledger' | 'rows' | 'entries$' | 'live$' | 'broken' | 'finished'> {
  /** Resolves when the log has been read up to a position. @throws what ended the reading */
  reached(position: number): Promise<void>;
  /** Ends the reading; undefined if the engine reads the log. */
  readonly stop?: () => void;
}

interface Followed<P> extends Pick<Following<P>, 'space' | 'stop'> {
  /** Where it is, for people. */
  readonly place: string;
  readonly log: Pick<Log, 'read' | 'head'>;
  /** What the entries so far say. */
  readonly ledger: () => Ledger<P>;
  readonly rows: () => TrialRows<P>;
}

/** A study that is followed, and what feeds it. */
interface Fed<P> {
  readonly following: Following<P>;
  /** Takes the next entry, which the ledger and the rows have already. */
  readonly take: (applied: AppliedEntry<P>) => void;
  /** Ends it. @param failure why, if its engine or its log failed */
  readonly end: (failure?: { readonly error: unknown }) => void;
}

/** A study whose entries are passed to `take`. */
export function followed<P>({ space, place, log, ledger, rows, ...stop }: Followed<P>): Fed<P> {
  const live$ = new Subject<AppliedEntry<P>>();
  const ending = new StudyEnd();
  const over = withResolvers<never>();
  over.promise.catch(() => {}); // it may fail before anyone waits for it
  let last = 0;
  const following: Following<P> = {
    space,
    source: { place, read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) },
    get ledger() {
      return ledger();
    },
    get rows() {
      return rows();
    },
    entries$: replayed(space, log, live$, () => last),
    live$,
    get broken() {
      return noResultIn(following);
    },
    get finished() {
      return ending.promise;
    },
    reached: async (position) => {
      if (last < position) await Promise.race([firstValueFrom(live$.pipe(filter((entry) => entry.position >= position))), over.promise]);
    },
    ...stop,
  };
  return {
    following,
    take: (applied) => {
      last = applied.position;
      live$.next(applied);
      ending.set(ledger().closed !== undefined && !isTrialRunning(ledger(), true));
    },
    end: (failure) => {
      over.reject(failure ? failure.error : new RefusedError(LET_GO));
      if (failure) live$.error(failure.error);
      else live$.complete();
      ending.leave(failure);
    },
  };
}

/**
 * Follows the log of a study. Resolves when the log so far has been read.
 *
 * @param place where it is, for people.
 * @param space what the caller expects; default: that of the log.
 * @throws RefusedError if the study has not begun, or its log is of another version; MismatchError if it has another space; what the log throws.
 */
export async function followLog<P>(log: Pick<Log, 'read' | 'head'>, place: string, space?: Space<P>): Promise<Following<P>> {
  const head = await log.head();
  const first = await firstFactOf(past(log, 1));
  if (first === undefined) throw new RefusedError(NOT_BEGUN);
  const wrong = space ? spaceDifferences(first, space.toJSON()) : [];
  if (wrong.length > 0) throw new MismatchError(`${place}: the study has another space: ${wrong.join('; ')}`);
  const known = space ?? spaceOf<P>(first);

  const reading = new AbortController();
  const ledger = new Ledger<P>(known);
  const rows = new TrialRows<P>();
  const stop = () => reading.abort();
  const { following, take, end } = followed<P>({ space: known, place, log, ledger: () => ledger, rows: () => rows, stop });
  const read = async () => {
    const takeTurn = turnsOf(TURN_MS);
    for await (const entries of log.read(1, reading.signal)) {
      for (const entry of entries) {
        const applied = ledger.fold(entry);
        rows.apply(applied);
        take(applied);
      }
      await takeTurn();
    }
  };
  read().then(
    () => end(),
    (error) => end({ error }),
  );
  await following.reached(head);
  return following;
}
