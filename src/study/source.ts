import type { Entry } from '../facts/entry.ts';
import type { Submitted } from './commands.ts';
import type { Intent } from './intents.ts';
import type { TrainerRow } from './trainerRows.ts';

/** The log of a study, wherever it is, for readers. */
export interface StudyLog {
  /** The file or the server. */
  readonly place: string;
  /** Why no other trial may begin, if its team has used its quota, which no log shows. */
  readonly waits?: (() => string | undefined) | undefined;
  /** The phase in which this process serves it on a NATS server. */
  readonly served?: (() => string) | undefined;
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
   * @param origin the user, and the name of the request: a study in this process writes it into the fact.
   * @throws RefusedError if the study refuses it; OptionError, StrategyError for a strategy that does not suit; UserError if the study cannot be reached.
   */
  submit(intent: Intent, origin?: SubmitOrigin): Promise<Answered>;
}

/** Where a command comes from. */
export interface SubmitOrigin {
  /** The user who submits it. */
  readonly user?: string | undefined;
  /** The name of the request: repeated with the same name, it takes effect once. */
  readonly request?: string | undefined;
}

export interface Answered extends Submitted {
  /** Whether the study runs. Otherwise the command takes effect in the next run. */
  readonly running: boolean;
}
