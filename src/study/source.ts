import type { Entry } from '../facts/entry.ts';
import type { Submitted } from './commands.ts';
import type { Intent } from './intents.ts';
import type { TrainerRow } from './trainerRows.ts';

/** The log of a study wherever it lives, to read. */
export interface StudyLog {
  /** The file or the server. */
  readonly place: string;
  /** Entries from a position on, then new ones, until the signal aborts. */
  read(from: number, signal: AbortSignal): AsyncIterable<readonly Entry[]>;
  /** The entries that there are now, from a position on. */
  past(from: number): AsyncIterable<readonly Entry[]>;
}

/** A study wherever it lives: in a journal, in this process, or on a server. */
export interface StudySource extends StudyLog {
  /** Its trainers, with what no log has: which of them are connected. Absent if only the log can be read. */
  trainers?(): Promise<readonly TrainerRow[]>;
  /**
   * Does what a person asks of the study, and resolves once the study has applied it.
   *
   * @throws RefusedError if the study refuses it; OptionError, StrategyError for a strategy that does not suit; UserError if the study cannot be reached.
   */
  submit(intent: Intent): Promise<Answered>;
}

export interface Answered extends Submitted {
  /** Whether the study runs. Otherwise the command takes effect when it is run next. */
  readonly running: boolean;
}
