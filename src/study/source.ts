import type { Entry } from '../facts/entry.ts';
import type { Submitted } from './commands.ts';
import type { Intent } from './intents.ts';
import type { TrainerRow } from './trainerRows.ts';

/** The log of a study, wherever it is, for readers. */
export interface StudyLog {
  /** The file or the server. */
  readonly place: string;
  /** Entries from a position on, then new ones, until the signal aborts. */
  read(from: number, signal: AbortSignal): AsyncIterable<readonly Entry[]>;
  /** The current entries, from a position on. */
  past(from: number): AsyncIterable<readonly Entry[]>;
}

/** A study, wherever it is: in a journal, in this process, or on a server. */
export interface StudySource extends StudyLog {
  /** Its trainers, including which of them are connected, which no log shows. Absent if only the log can be read. */
  trainers?(): Promise<readonly TrainerRow[]>;
  /**
   * Submits a person's command, and resolves once the study has applied it.
   *
   * @throws RefusedError if the study refuses it; OptionError, StrategyError for a strategy that does not suit; UserError if the study cannot be reached.
   */
  submit(intent: Intent): Promise<Answered>;
}

export interface Answered extends Submitted {
  /** Whether the study runs. Otherwise the command takes effect in the next run. */
  readonly running: boolean;
}
