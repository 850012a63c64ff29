import { Subject } from 'rxjs';
import { MismatchError } from '../../../src/errors.ts';
import type { Created } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { isTrialRunning } from '../../../src/ledger/openTrials.ts';
import type { Space } from '../../../src/space/space.ts';
import { NOT_BEGUN, RefusedError } from '../../../src/study/commands.ts';
import { TrialRows } from '../../../src/study/trials.ts';
import { firstFactOf, spaceOf } from '../../engine/applyEntries.ts';
import { turnsOf } from '../../engine/timeout.ts';
import type { Log } from '../../log/log.ts';
import { past } from '../../log/past.ts';
import { differences, objectivesOf } from '../../spec/createdDifferences.ts';
import { StudyEnd } from './ending.ts';
import { reached, replayed } from './entries.ts';
import { noResultIn } from './noResult.ts';
import type { StudyPort } from './port.ts';

/** What a program expects of a study that it opens. The types of configurations and values follow from it. */
export interface ExpectedStudy<P, O extends string = string> {
  /** With predicates, if the study has some. Default: the space of the study, with configurations of any type. */
  readonly space?: Space<P> | undefined;
  /** All of them, the first one first. Default: those of the study, with any names. */
  readonly objectives?: Readonly<Record<O, 'minimize' | 'maximize'>> | undefined;
}

/** @throws MismatchError if a study is not the expected one. @param place where it is, for people */
export function refuseUnexpected<P>(logged: Created, place: string, { space, objectives }: ExpectedStudy<P>): void {
  const wanted = { ...logged, space: space?.toJSON() ?? logged.space, objectives: objectivesOf({ objectives }) };
  const wrong = differences(logged, wanted, { objectives }).join('; ');
  if (wrong !== '') throw new MismatchError(`${place} is another study: ${wrong}`);
}

/** Milliseconds of work before it yields to other tasks. */
const TURN_MS = 10;

/** What the entries of a study tell of it. */
export type StudyView<P> = Pick<StudyPort<P>, 'space' | 'source' | 'ledger' | 'rows' | 'entries$' | 'live$' | 'broken' | 'finished'>;

/** A study that runs elsewhere, as its log tells it. */
export interface Following<P> extends StudyView<P> {
  /** Ends the reading. */
  readonly stop: () => void;
}

/**
 * Follows the log of a study. Resolves when the log so far has been read.
 *
 * @param place where it is, for people.
 * @throws RefusedError if the study has not begun, or its log is of another version; MismatchError if it is not the expected one; what the log throws.
 */
export async function followLog<P>(log: Pick<Log, 'read' | 'head'>, place: string, expected: ExpectedStudy<P> = {}): Promise<Following<P>> {
  const head = await log.head();
  const first = await firstFactOf(past(log, 1));
  if (first === undefined) throw new RefusedError(NOT_BEGUN);
  refuseUnexpected(first, place, expected);
  const { space = spaceOf<P>(first) } = expected;
  const reading = new AbortController();
  const ledger = new Ledger<P>(space);
  const rows = new TrialRows<P>();
  const live$ = new Subject<AppliedEntry<P>>();
  const ending = new StudyEnd(live$);
  const read = async () => {
    const takeTurn = turnsOf(TURN_MS);
    for await (const entries of log.read(1, reading.signal)) {
      for (const entry of entries) {
        const applied = ledger.fold(entry);
        rows.apply(applied);
        live$.next(applied);
        ending.set(ledger.closed !== undefined && !isTrialRunning(ledger, true));
      }
      await takeTurn();
    }
  };
  read().then(
    () => live$.complete(),
    (error) => live$.error(error),
  );
  const view: Following<P> = {
    space,
    source: { place, read: (from, signal) => log.read(from, signal), past: (from) => past(log, from) },
    ledger,
    rows,
    live$,
    entries$: replayed(space, log, live$, () => ledger.position),
    get broken() {
      return noResultIn(view);
    },
    get finished() {
      return ending.promise;
    },
    stop: () => reading.abort(),
  };
  await reached(view, head);
  return view;
}
