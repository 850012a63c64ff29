import { type Moment, type MomentQuestion, Moments } from '../../../streams/explanation/moment.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { Entry } from '../../facts/entry.ts';
import type { Created } from '../../facts/facts.ts';

let moments: Moments | undefined;

/** Begins the log of another study. @throws as `checkReplayable` */
export function beginLog(created: Created): void {
  moments?.close();
  moments = new Moments(created, parseStrategy);
}

/** Takes the next entries of the log. */
export const add = (entries: readonly Entry[]): void => moments!.add(entries);

export const momentAt = (question: MomentQuestion): Promise<Moment> => moments!.at(question);
