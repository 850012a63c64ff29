import type { Evaluation, Trial } from '../objective.ts';

/** A trial as plain data. */
export type TrialData = Omit<Trial, 'signal' | 'report'>;

/** An error as plain data: not every error can be copied to another thread, and a copy has lost its class. */
export interface ErrorData {
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorData;
}

type Report = Parameters<Trial['report']>;

/** What a thread is told. `answered`: the report for which it waits has been taken, or was refused with an error. */
export type ToThread =
  | { readonly type: 'open'; readonly module: string; readonly answers: Int32Array }
  | { readonly type: 'evaluate'; readonly job: number; readonly params: unknown; readonly trial: TrialData }
  | { readonly type: 'abort'; readonly reason: unknown }
  | { readonly type: 'answered'; readonly error?: unknown };

/** What a thread tells of a job: code that an objective did not wait for may still report when the next one runs. */
export type FromThread = { readonly job: number } & (
  | { readonly type: 'reported'; readonly values: Report[0]; readonly step: Report[1]; readonly metrics: Report[2] }
  | { readonly type: 'checkpoint'; readonly checkpoint: string | undefined }
  | { readonly type: 'returned'; readonly evaluation: Evaluation }
  | { readonly type: 'broke'; readonly error: ErrorData; readonly isInfeasible: boolean }
);
