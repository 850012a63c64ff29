import { filter, firstValueFrom, type Observable, Subject } from 'rxjs';
import { MismatchError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Created } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Space } from '../../src/space/space.ts';
import { RefusedError } from '../../src/study/commands.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { firstFactIn, spaceOf } from '../engine/applyEntries.ts';
import { turnsOf } from '../engine/timeout.ts';
import type { Log } from '../log/log.ts';
import { past } from '../log/past.ts';
import { spaceDifferences } from '../spec/options.ts';
import { withResolvers } from '../withResolvers.ts';
import { endingOf } from './ending.ts';
import type { StudyBackend } from './handle.ts';
import { replayed } from './hosted/replayed.ts';

/** Milliseconds of work before it yields to other tasks. */
const TURN = 10;

/** A study that runs elsewhere, as its log tells it. */
export interface Following<P>
  extends Pick<StudyBackend<P>, 'space' | 'source' | 'ledger' | 'rows' | 'objectives' | 'entries$' | 'finished'> {
  /** The entries as they come. */
  readonly live$: Observable<AppliedEntry<P>>;
  /** Resolves when the log has been read up to a position. @throws what ended the reading */
  reached(position: number): Promise<void>;
  /** Ends the reading. */
  stop(): void;
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
  const first = await firstOf(log);
  if (head === 0 || first === undefined) throw new RefusedError({ code: 'not-begun', message: 'the study has not begun' });
  const wrong = space ? spaceDifferences(first, space.toJSON()) : [];
  if (wrong.length > 0) throw new MismatchError(`${place}: the study has another space: ${wrong.join('; ')}`);
  const known = space ?? spaceOf<P>(first);

  const reading = new AbortController();
  const live$ = new Subject<AppliedEntry<P>>();
  const ledger = new Ledger<P>(known);
  const rows = new TrialRows<P>();
  const ending = endingOf(() => ledger);
  const take = (entry: Entry) => {
    const applied = ledger.fold(entry);
    rows.apply(applied);
    live$.next(applied);
    ending.look();
  };
  const read = async () => {
    const takeTurn = turnsOf(TURN);
    for await (const entries of log.read(1, reading.signal)) {
      for (const entry of entries) take(entry);
      await takeTurn();
    }
  };
  const over = withResolvers<never>();
  over.promise.catch(() => {}); // it may fail before anyone waits for it
  read().then(
    () => {
      over.reject(new RefusedError({ code: 'closed', message: 'the study is closed' }));
      live$.complete();
      ending.end();
    },
    (error) => {
      over.reject(error);
      live$.error(error);
      ending.end({ error });
    },
  );
  const reached = async (position: number) => {
    if (ledger.position >= position) return;
    await Promise.race([firstValueFrom(live$.pipe(filter((entry) => entry.position >= position))), over.promise]);
  };
  await reached(head);
  return {
    space: known,
    source: { place, read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) },
    ledger,
    rows,
    objectives: ledger.settings.objectives,
    entries$: replayed(known, log, live$, () => ledger.position),
    live$,
    finished: () => ending.promise,
    reached,
    stop: () => reading.abort(),
  };
}

/** The first fact of a log; undefined if it has none. */
async function firstOf(log: Pick<Log, 'read' | 'head'>): Promise<Created | undefined> {
  for await (const [entry] of past(log, 1)) return entry && firstFactIn(entry);
  return undefined;
}
