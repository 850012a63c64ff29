import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportedFact } from '../../facts/facts.ts';

/** Saves the checkpoint of a running trial from time to time, so that another attempt resumes from it if this machine is lost. */
export interface SaveRunning {
  /** Takes a report, and begins to save if it is time. @returns the report, with the checkpoint that was saved since the last one */
  reported(fact: ReportedFact, named: string | undefined): ReportedFact;
  /** Ends what is being saved. */
  close(): Promise<void>;
}

/**
 * Saves at most every so many seconds, and only when the program has reported: it has then saved its own files.
 *
 * The next save begins once the server has the report that names the last one: the engine may delete what the log does not name.
 *
 * @param save the checkpoint that the program has named or, without a name, all that it has saved; resolves with the reference, if there is something to save.
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
  /** Whether the server may not have the report that names the last checkpoint yet. */
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
    close: async () => {
      closed.abort();
      await saving;
    },
  };
}

/** Differs if a file below a path, or the file itself, has changed. */
export function stampOf(path: string): string {
  const names = lstatSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort() : [''];
  return names
    .map((name) => {
      const { size, mtimeMs } = lstatSync(join(path, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .join('\n');
}
