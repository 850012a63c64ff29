/** What the server tells of studies to people: in the page, its events and reports. */

import type { Moment } from '../../../streams/explanation/moment.ts';
import type { Entry } from '../../facts/entry.ts';
import type { ObjectiveSpec, Values } from '../../facts/facts.ts';
import type { ExampleMatrix } from '../../insight/examples/matrix.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { EarlyStopping } from '../../insight/recommendation/earlyStopping.ts';
import type { Deployed } from '../../insight/recommendation/recommendation.ts';
import type { Advice } from '../../insight/recommendation/verdict.ts';
import type { Settings } from '../../ledger/settings.ts';
import type { Phase } from '../../monitoring/studyState.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { StudyStatus } from '../../study/status.ts';
import type { Annotation, TrialRow } from '../../study/trials.ts';

/** A row that has changed, with the reports that have come since: step, first value, step, first value, ... */
export interface RowChange extends TrialRow {
  readonly curve?: readonly number[];
  /** The positions of these reports. */
  readonly reported?: readonly number[];
}

/** Rows that have changed, up to a position of the log once no more follow. */
export interface RowChanges {
  readonly position: number;
  readonly rows: readonly RowChange[];
  /** Whether more follow immediately. */
  readonly more: boolean;
}

/** What a headline says as the status of a study does. */
type Status = Pick<
  StudyStatus,
  | 'study'
  | 'position'
  | 'at'
  | 'closed'
  | 'trials'
  | 'ended'
  | 'open'
  | 'completed'
  | 'stopped'
  | 'failed'
  | 'uncounted'
  | 'limit'
  | 'waits'
  | 'labels'
  | 'starred'
>;

/** A study in the list of studies. */
export interface Headline extends Status {
  /** Its path on this server. */
  readonly id: string;
  /** The file or the server that holds it. */
  readonly source: string;
  readonly phase: Phase;
  /** The phase in which this process serves it on a NATS server. */
  readonly served?: string;
  /** How many of its trials were imported; absent if none were. */
  readonly imported?: number;
  readonly best?: { readonly trial: TrialId; readonly value: number };
  /** The best value so far, from the first result to the last, with the number of the trial that ended then. Of many improvements, some are left out. */
  readonly trend: readonly (readonly [trial: TrialId, value: number])[];
  readonly objective: ObjectiveSpec;
}

/** A study without its trials. */
export interface Detail
  extends Headline,
    Annotation,
    Pick<Settings, 'objectives' | 'strategy' | 'seed' | 'parallel' | 'limits' | 'examples'> {
  readonly space: SpaceData;
  readonly version: string;
  readonly createdAt: number;
  /** What ended trials have cost, in steps. */
  readonly cost: number;
  /** The sums of metrics so far. */
  readonly spent: Values;
  readonly queued: number;
  readonly rejected: number;
}

/** A study to compare with others. */
export interface Compared {
  readonly detail: Detail;
  /** Its best trial. */
  readonly best?: TrialRow;
}

/** An entry of a log about a trial. */
export type TrialEntry = Pick<Entry, 'position' | 'at' | 'fact' | 'refusal'>;

/** A file that a trial printed or saved, or that a person added. */
export interface KeptFile {
  /** Its path below the directory of the trial, with slashes. */
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970 of its last change. */
  readonly at: number;
  /** Whether it is what an attempt printed. */
  readonly isOutput: boolean;
}

/** The trial to deploy: if results are noisy, the best one is partly luck. */
export interface Recommended extends Pick<Deployed<unknown>, 'repetition' | 'costs' | 'evidence'> {
  /** The number of results from which it is chosen. */
  readonly results: number;
  readonly trial: TrialId;
  /** After these results. */
  readonly verdict: Advice;
  readonly early?: EarlyStopping;
}

/** The data of a study in a report. */
export interface ReportData {
  readonly detail: Detail;
  readonly changes: RowChanges;
  /** In the order of the log; empty if it cannot be replayed. */
  readonly moments: readonly Moment[];
  readonly importances?: Importances;
  readonly examples?: ExampleMatrix;
  readonly recommended?: Recommended;
}
