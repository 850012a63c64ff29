import type { Values } from '../../src/facts/facts.ts';
import type { Evaluation, ExampleEvaluation, Trial } from '../objective.ts';

/** A trial as plain data. */
export type TrialData = Omit<Trial, 'signal' | 'report' | 'reportExample'>;

/** An error as plain data: not every error can be copied to another thread, and a copy has lost its class. */
export interface ErrorData {
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorData;
}

/** What an objective reports: values at a step, or the result of an example. */
export type Report =
  | { readonly values: Parameters<Trial['report']>[0]; readonly step?: number | undefined; readonly metrics?: Values | undefined }
  | { readonly example: number | string; readonly result: ExampleEvaluation };

/** What a thread is told. `answered`: the report for which it waits has been taken, or was refused with an error. */
export type ToThread =
  | { readonly type: 'open'; readonly module: string; readonly answers: Int32Array }
  | { readonly type: 'evaluate'; readonly job: number; readonly params: unknown; readonly trial: TrialData }
  | { readonly type: 'abort'; readonly reason: unknown }
  | { readonly type: 'answered'; readonly error?: unknown };

/** What a thread tells of a job: code that an objective did not wait for may still report when the next one runs. */
export type FromThread = { readonly job: number } & (
  | ({ readonly type: 'reported' } & Report)
  | { readonly type: 'checkpoint'; readonly checkpoint: string | undefined }
  | { readonly type: 'returned'; readonly evaluation: Evaluation }
  | { readonly type: 'broke'; readonly error: ErrorData; readonly isInfeasible: boolean }
);
