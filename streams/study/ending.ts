import type { Ledger } from '../../src/ledger/ledger.ts';
import { isTrialRunning } from '../../src/ledger/openTrials.ts';
import { withResolvers } from '../withResolvers.ts';

/** The end of a study that trainers claim trials of: it has closed, and no trainer holds a trial. It may be opened again. */
export interface StudyEnd {
  /** Call this after each entry. */
  look(): void;
  /** The study is not followed any more. @param error why, if it is no end */
  end(error?: { readonly error: unknown }): void;
  /** Resolves when the study has ended; when it is opened again, there is another promise. */
  readonly promise: Promise<void>;
}

export function endingOf<P>(ledger: () => Ledger<P>): StudyEnd {
  const next = () => {
    const pending = withResolvers<void>();
    pending.promise.catch(() => {}); // it may fail before anyone waits for it
    return pending;
  };
  let ended = next();
  let isEnded = false;
  return {
    look: () => {
      const now = ledger().closed !== undefined && !isTrialRunning(ledger(), true);
      if (isEnded && !now) ended = next();
      if (now && !isEnded) ended.resolve();
      isEnded = now;
    },
    end: (failure) => (failure ? ended.reject(failure.error) : ended.resolve()),
    get promise() {
      return ended.promise;
    },
  };
}
