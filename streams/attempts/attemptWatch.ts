import type { Log } from '../log/log.ts';
import type { Attempts } from './attempts.ts';

export interface AttemptWatchOptions {
  readonly attempts: Attempts;
  readonly log: Pick<Log, 'head' | 'append'>;
  /** Looks which of the unclaimed attempts trainers get when they ask. Default: a trainer that asks gets what it may claim. */
  readonly look?: () => Promise<void>;
  /** Called when the log cannot be read or written. */
  readonly fail: (error: unknown) => void;
}

/** Ends attempts that are lost, with the fact `failed` and the reason `lost`. The study then suggests the next attempt, unless the trial is over. */
export class AttemptWatch {
  readonly #options: AttemptWatchOptions;
  #isChecking = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: AttemptWatchOptions) {
    this.#options = options;
  }

  /** Begins to watch the time. */
  begin(): void {
    const { attempts } = this.#options;
    attempts.restart(performance.now());
    this.#timer = setInterval(this.check, attempts.interval);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends the attempts that are lost now. */
  check = (): void => {
    if (this.#timer !== undefined && !this.#isChecking) void this.#check().catch(this.#options.fail);
  };

  async #check(): Promise<void> {
    const { attempts, log, look } = this.#options;
    const due = attempts.due(performance.now());
    if (due.length === 0) return;
    this.#isChecking = true;
    try {
      const head = await log.head();
      if (attempts.unclaimed.count > 0) await look?.();
      for (const trial of due) {
        const lost = attempts.lose(trial, head, performance.now());
        if (this.#timer !== undefined && lost) await log.append(lost);
      }
    } finally {
      this.#isChecking = false;
    }
  }
}
