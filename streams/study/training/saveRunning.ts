import type { ReportedFact } from '../../../src/facts/facts.ts';

/** Saves the checkpoint of a running trial at intervals, so that another attempt can resume from it if this machine is lost. */
export interface SaveRunning {
  /** Handles a report, and begins to save if it is time. @returns the report, with the checkpoint that was saved since the last one */
  reported(fact: ReportedFact, named: string | undefined): ReportedFact;
  /** The save in progress. */
  readonly saving: Promise<void> | undefined;
  /** Ends a save in progress. */
  close(): Promise<void>;
}

/**
 * Saves at most once in an interval, and only after a report, when the program has saved its files.
 *
 * The next save begins once the server has the report that names the last one, because the engine may delete checkpoints that the log does not name.
 *
 * @param save saves the checkpoint that the program named or, without a name, everything that it has saved; resolves to the reference, if there is
 * something to save.
 * @param isStored whether the server has all reports so far.
 * @param now a clock in milliseconds that never goes back.
 */
export function saveRunning(
  save: (named: string | undefined, signal: AbortSignal) => Promise<string | undefined>,
  seconds: number,
  isStored: () => boolean,
  now: () => number = () => performance.now(),
): SaveRunning {
  const closed = new AbortController();
  let last = now();
  let saving: Promise<void> | undefined;
  let saved: string | undefined;
  /** Whether the server may still lack the report that names the last checkpoint. */
  let isNaming = false;
  return {
    reported: (fact, named) => {
      const checkpoint = saved;
      saved = undefined;
      isNaming = checkpoint !== undefined || (isNaming && !isStored());
      if (!isNaming && !saving && !closed.signal.aborted && now() - last >= seconds * 1000)
        saving = save(named, closed.signal)
          .then((reference) => {
            saved = reference;
          })
          .finally(() => {
            saving = undefined;
            last = now();
          });
      return checkpoint === undefined ? fact : { ...fact, checkpoint };
    },
    get saving() {
      return saving;
    },
    close: async () => {
      closed.abort();
      await saving;
    },
  };
}
