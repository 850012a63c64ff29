import { Observable, share, tap } from 'rxjs';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Space } from '../../src/space/space.ts';
import type { Log } from '../log/log.ts';

/**
 * The entries of a study that runs in this process. Every subscriber gets all of them, from the first: a late one reads the log until it has caught up.
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

  return new Observable((out) => {
    if (last === 0) return live$.subscribe(out);
    const reading = new AbortController();
    let seen = 0;
    let hasCaughtUp = false;
    let end: (() => void) | undefined;
    const finish = (how: () => void) => {
      end = how;
      if (hasCaughtUp) how();
    };
    const catchUp = async () => {
      const ledger = new Ledger(space);
      for await (const entries of log.read(1, reading.signal))
        for (const entry of entries) {
          if (out.closed) return;
          seen = entry.position;
          out.next(ledger.fold(entry));
          hasCaughtUp = seen >= last;
          if (hasCaughtUp) return end?.();
        }
    };
    out.add(() => reading.abort());
    out.add(
      live$.subscribe({
        next: (entry) => {
          if (hasCaughtUp && entry.position > seen) out.next(entry); // the log may be read ahead of the run
        },
        error: (error) => finish(() => out.error(error)),
        complete: () => finish(() => out.complete()),
      }),
    );
    catchUp().catch((error) => out.error(error));
    return undefined;
  });
}
