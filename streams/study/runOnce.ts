import { Observable, share, tap } from 'rxjs';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Space } from '../../src/space/space.ts';
import type { Log } from '../log/log.ts';
import { replayed } from './hosted/replayed.ts';

/**
 * The entries of a study that runs only while someone listens, and never again after its end.
 *
 * @param run$ the study. It is subscribed to with the first subscriber, and left with the last. If it was left before its end, the next subscriber
 * resumes it from its log; after its end, it never runs again.
 */
export function runOnce<P>(space: Space<P>, log: Log, run$: Observable<AppliedEntry<P>>): Observable<AppliedEntry<P>> {
  /** The position of the last entry that the run has emitted. */
  let last = 0;
  const live$ = new Observable<AppliedEntry<P>>((out) => {
    last = 0;
    const emitted = ({ position }: AppliedEntry<P>) => {
      last = position;
    };
    return run$.pipe(tap(emitted)).subscribe(out);
  }).pipe(share({ resetOnComplete: false, resetOnError: false }));
  return replayed(space, log, live$, () => last);
}
