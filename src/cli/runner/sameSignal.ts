import { setTimeout } from 'node:timers/promises';

/** Milliseconds for this process to be asked to end, once one of its programs was. */
const MOMENT = 500;

/**
 * Finds out whether a program ended because its runner is asked to end too. A scheduler such as Slurm signals all processes of a task at once, so
 * the program may be gone before its runner handles the signal.
 */
export function sameSignal() {
  const asked = new AbortController();
  return {
    /** This process is asked to end. */
    ask: () => asked.abort(),
    /** Waits a moment if a signal ended the program. @returns whether this process was asked as well */
    async hasEnded(code: number | null, signal: string | null): Promise<boolean> {
      if (!isEndedBySignal(code, signal)) return false;
      await setTimeout(MOMENT, undefined, { signal: asked.signal }).catch(() => {});
      return asked.signal.aborted;
    },
  };
}

/** Whether a program was asked to end and did. A shell adds 128 to the number of the signal. */
const isEndedBySignal = (code: number | null, signal: string | null): boolean =>
  ['SIGHUP', 'SIGINT', 'SIGTERM'].includes(signal ?? '') || [129, 130, 143].includes(code ?? 0);
