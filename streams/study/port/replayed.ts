import { Observable } from 'rxjs';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import type { Space } from '../../../src/space/space.ts';
import type { Log } from '../../log/log.ts';

/**
 * The entries of a study, of which every subscriber gets all, from the first: a late one reads the log until it has caught up.
 *
 * @param live$ the entries as the study applies them.
 * @param last the position of the last one that it has emitted.
 */
export const replayed = <P>(
  space: Space<P>,
  log: Pick<Log, 'read'>,
  live$: Observable<AppliedEntry<P>>,
  last: () => number,
): Observable<AppliedEntry<P>> =>
  new Observable((out) => {
    if (last() === 0) return live$.subscribe(out);
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
          hasCaughtUp = seen >= last();
          if (hasCaughtUp) return end?.();
        }
      hasCaughtUp = true; // the log was let go
      end?.();
    };
    out.add(() => reading.abort());
    out.add(
      live$.subscribe({
        next: (entry) => {
          if (hasCaughtUp && entry.position > seen) out.next(entry); // the log may be read ahead of the study
        },
        error: (error) => finish(() => out.error(error)),
        complete: () => finish(() => out.complete()),
      }),
    );
    catchUp().catch((error) => out.error(error));
    return undefined;
  });
