import type { TrialId } from '../../src/strategy/messages.ts';

interface LocalAttempt {
  /** The claim on it; absent if this process has not claimed the trial. */
  readonly run?: string;
  /** The last step that was reported here: the log may not have it yet. */
  step: number;
  /** Whether the answer to a report named its stop. */
  isTold: boolean;
}

/** The attempts that this process evaluates. After a crash, their runs in the log show which trials have lost their trainer. */
export class LocalAttempts {
  readonly #attempts = new Map<TrialId, LocalAttempt>();
  readonly #stops = new Set<TrialId>();

  /** This process has claimed an attempt, which has not received a stop. */
  begin(trial: TrialId, run: string): void {
    this.#attempts.set(trial, { run, step: 0, isTold: false });
  }

  /** A trial should stop. */
  stop(trial: TrialId): void {
    this.#stops.add(trial);
  }

  runOf(trial: TrialId): string | undefined {
    return this.#attempts.get(trial)?.run;
  }

  /** The fields that name the attempt in a fact. */
  of(trial: TrialId): { readonly trial: TrialId; readonly run?: string } {
    const run = this.runOf(trial);
    return run === undefined ? { trial } : { trial, run };
  }

  /** The last step that was reported here, or 0. */
  stepOf(trial: TrialId): number {
    return this.#attempts.get(trial)?.step ?? 0;
  }

  /** A step was reported. */
  report(trial: TrialId, step: number): void {
    this.#attempt(trial).step = step;
  }

  /** Whether a trial should stop. From then on, its trainer knows. */
  tellStop(trial: TrialId): boolean {
    const stop = this.#stops.has(trial);
    if (stop) this.#attempt(trial).isTold = true;
    return stop;
  }

  /** Whether the trainer of a trial knows that it should stop. */
  isTold(trial: TrialId): boolean {
    return this.#attempts.get(trial)?.isTold ?? false;
  }

  #attempt(trial: TrialId): LocalAttempt {
    const attempt = this.#attempts.get(trial) ?? { step: 0, isTold: false };
    this.#attempts.set(trial, attempt);
    return attempt;
  }
}
