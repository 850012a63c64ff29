import type { FailureReason, Params, Values } from '../../../src/facts/facts.ts';
import type { Importances } from '../../../src/insight/importance/importances.ts';
import type { Intent } from '../../../src/study/intents.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import type { TrialFact } from '../../../src/study/verbs.ts';
import { choice, float, type Study, space } from '../../../streams/index.ts';
import type { ClaimedTrial } from '../../../streams/study/port/port.ts';

export const SPACE = space({ x: float(-5, 5), kind: choice(['a', 'b']) });

/** A study as each door can begin it. */
export interface DoorStudy {
  /** As in a study file. Default: random. */
  readonly strategy?: unknown;
  readonly objectives?: Readonly<Record<string, 'minimize' | 'maximize'>>;
  readonly trials?: number;
  readonly parallel?: number;
  readonly examples?: readonly string[];
  /** Seconds. Default: so long that no trial is lost. */
  readonly lease?: number;
}

/** A fact as a program says it: with a number as the value of the only objective, and without a step for the next one. */
export interface Said {
  readonly type: TrialFact['type'];
  readonly trial: number;
  readonly values?: number | Values | undefined;
  readonly step?: number;
  readonly metrics?: Values;
  /** Of one example: its place and its value. */
  readonly results?: readonly (readonly number[])[];
  readonly reason?: FailureReason;
  readonly message?: string;
}

/** A handle of objectives by any name. */
export type Handle = Study<Params>;

export interface Asking {
  readonly fixed?: Params;
  /** The name of the claim. */
  readonly run?: string;
  readonly signal?: AbortSignal;
}

/** A way in to a study. Calls reject with an error that has a code. */
export interface Way {
  /** Claims the next trial, and waits for it. @returns undefined if the study is over */
  ask(asking?: Asking): Promise<ClaimedTrial | undefined>;
  record(fact: Said, request?: string): Promise<{ readonly stop?: boolean; readonly position?: number } | undefined>;
  submit(intent: Intent, request?: string): Promise<unknown>;
  readonly read: {
    trials(): Promise<readonly TrialRow[]>;
    best(): Promise<TrialRow | undefined>;
    /** The names of the fields. */
    why(trial: number): Promise<readonly string[]>;
    importance(objective?: string): Promise<Importances | undefined>;
  };
  close(): Promise<unknown>;
  /** Ends it without a word to the study, as if its process were killed. */
  kill?(): Promise<unknown>;
  /** The handle of which it is made, if of one. */
  readonly study?: Handle;
}

export interface Expected {
  readonly space?: typeof SPACE;
  readonly objectives?: Readonly<Record<string, 'minimize' | 'maximize'>>;
}

/** A study that runs, until `end`. */
export interface Place {
  /** Enters, each time by a way of its own where there can be several. @param expected what the way says that the study is */
  open(expected?: Expected): Promise<Way>;
  /** Ends what runs the study without a word to it, and starts it again. */
  restart(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** A row of the contract. */
export interface Door {
  readonly name: string;
  /** The steps that cannot be put into its words, with the reason. */
  readonly lacks?: Readonly<Record<string, string>>;
  /** Whether its ways have a handle. */
  readonly isHandle?: true;
  begin(study: DoorStudy): Promise<Place>;
}
