import { filter, firstValueFrom, Observable } from 'rxjs';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import type { Space } from '../../../src/space/space.ts';
import { LET_GO, RefusedError } from '../../../src/study/commands.ts';
import type { Log } from '../../log/log.ts';
import type { StudyPort } from './port.ts';

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

/** Resolves when a study has applied the entry at a position. @throws what ends the study; RefusedError if it is let go */
export async function reached<P>({ ledger, live$ }: Pick<StudyPort<P>, 'ledger' | 'live$'>, position: number): Promise<void> {
  if (ledger.position >= position) return;
  const later$ = live$.pipe(filter((entry) => entry.position >= position));
  if (!(await firstValueFrom(later$, { defaultValue: undefined }))) throw new RefusedError(LET_GO);
}

/** Lets something react to each entry, after the state of the study has it. A reaction that throws ends with a warning, and the study goes on. */
export function react<T>(live$: Observable<T>, next: (entry: T) => void, warn: (message: string) => void = console.warn): void {
  const reacting = live$.subscribe({
    next: (entry) => {
      try {
        next(entry);
      } catch (error) {
        reacting.unsubscribe();
        warn(`what observes the study failed, and observes it no longer: ${(error as Error).stack ?? error}`);
      }
    },
    error: () => {}, // requests to the study fail with it
  });
}
