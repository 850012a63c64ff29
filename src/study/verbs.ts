import type { Started, TrialEvent } from '../facts/facts.ts';

/** What a trainer says of a trial that it has claimed. */
export type TrialFact = Exclude<TrialEvent, Started>;

/** The name of the request that says it over HTTP. */
export const verbs = { reported: 'report', completed: 'tell', stopped: 'stopped', failed: 'fail' } as const satisfies Readonly<
  Record<TrialFact['type'], string>
>;

/** Whether a command is always about one trial, whose number is then in its path over HTTP. */
export const isOfTrial = (command: string): boolean => command === 'retract' || command === 'cancel';
