import type { Log } from '../log/log.ts';
import type { Attempts } from './attempts.ts';

export interface AttemptWatch {
  /** Ends the attempts that are lost now. */
  check(): void;
  close(): void;
}

/**
 * Ends attempts that are lost, with the fact `failed` and the reason `lost`. The study then suggests the next attempt, unless the trial is over.
 *
 * @param fail called when the log cannot be read or written
 * @param look looks which of the unclaimed attempts trainers get when they ask. Default: a trainer that asks gets what it may claim
 */
export function watchAttempts(
  attempts: Attempts,
  log: Pick<Log, 'head' | 'append'>,
  fail: (error: unknown) => void,
  look = async () => {},
): AttemptWatch {
  let isChecking = false;
  let isOver = false;
  const endLost = async () => {
    const due = attempts.due(performance.now());
    if (due.length === 0) return;
    const head = await log.head();
    if (attempts.unclaimed.count > 0) await look();
    for (const trial of due) {
      const lost = isOver ? undefined : attempts.lose(trial, head, performance.now());
      if (lost) await log.append(lost);
    }
  };
  const check = async () => {
    if (isChecking || isOver) return;
    isChecking = true;
    await endLost().catch(fail);
    isChecking = false;
  };
  attempts.restart(performance.now());
  const timer = setInterval(check, attempts.interval);
  void check(); // the past may have left attempts that no trainer will claim
  const close = () => {
    isOver = true;
    clearInterval(timer);
  };
  return { check, close };
}
