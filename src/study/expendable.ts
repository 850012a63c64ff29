import type { ObjectiveSpec } from '../facts/facts.ts';
import type { TrialId } from '../strategy/messages.ts';
import { bestFirst } from './bestFirst.ts';
import type { TrialRow } from './trials.ts';

/** The facts that decide whether a trial may be resumed. */
export type Resumable = Pick<TrialRow, 'trial' | 'status' | 'values' | 'budget' | 'resumes' | 'constraints'>;

/** Whether a trial is running, or a running trial resumes it. */
export function isInUse(rows: Iterable<Resumable>, trial: TrialId): boolean {
  for (const row of rows) if (row.status === 'open' && (row.trial === trial || row.resumes === trial)) return true;
  return false;
}

/**
 * The ended trials whose saved files can be deleted, the one that is least likely to be resumed first: those without a result, those that were
 * stopped, those that were resumed already, then the worst. The best trial, and those that an open trial resumes, are left out.
 */
export function expendable(rows: Iterable<Resumable>, objective: ObjectiveSpec): TrialId[] {
  const all = [...rows];
  const needed = new Set(all.flatMap(({ status, resumes }) => (status === 'open' && resumes !== undefined ? [resumes] : [])));
  const resumed = new Set(all.flatMap(({ resumes }) => resumes ?? []));
  const [best, ...others] = bestFirst(all, objective);
  const ranks = new Map(others.map(({ trial }, place) => [trial, place]));
  const chance = ({ trial, status }: Resumable): number => {
    if (status === 'stopped') return 1;
    if (status !== 'completed') return 0;
    return resumed.has(trial) ? 2 : 3;
  };
  const place = ({ trial }: Resumable) => ranks.get(trial) ?? Number.MAX_SAFE_INTEGER; // a trial that violates a constraint has no rank
  return all
    .filter(({ trial, status }) => status !== 'open' && trial !== best?.trial && !needed.has(trial))
    .sort((a, b) => chance(a) - chance(b) || place(b) - place(a) || a.trial - b.trial)
    .map(({ trial }) => trial);
}
