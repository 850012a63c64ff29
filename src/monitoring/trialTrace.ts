import type { EndFact } from '../../streams/evaluate.ts';

/** The trace of an attempt that this process evaluates. */
export interface TrialTrace {
  /** Variables for the program, with which its own spans join the trace. */
  readonly environment: Readonly<Record<string, string>>;
  /** The id of the trace, which lines of the log name too; undefined without an SDK. */
  readonly id: string | undefined;
  end(fact: EndFact): void;
}
