import type { History } from '../../numeric/history.ts';
import type { Ended, StrategyEvent } from '../../strategy/messages.ts';

/** An estimate is never taken to be more precise than this. */
const LEAST_ERROR = 1e-9;

/**
 * What a trial says that continues another one on more examples: its estimate holds that of the other, so the model gets only the difference, as an estimate that is
 * independent of the other. Precisions of independent estimates add up.
 *
 * @returns its own result if it continues none, or has no standard error; undefined if it adds nothing
 */
export function addedBy(ended: Ended, facts: History<StrategyEvent>): Pick<Ended, 'losses' | 'stderr'> | undefined {
  const { losses, stderr, resumes } = ended;
  const before = resumes === undefined || stderr === undefined ? undefined : endOf(resumes, facts);
  if (!losses || !stderr || !before?.losses || !before.stderr) return ended;
  const precisions = stderr.map((error, k) => [error, before.stderr![k]!].map((e) => Math.max(e, LEAST_ERROR) ** -2) as [number, number]);
  if (precisions.some(([now, then]) => !(now > then))) return undefined;
  return {
    losses: precisions.map(([now, then], k) => (losses[k]! * now - before.losses![k]! * then) / (now - then)),
    stderr: precisions.map(([now, then]) => (now - then) ** -0.5),
  };
}

function endOf(id: number, facts: History<StrategyEvent>): Ended | undefined {
  for (let i = facts.length - 1; i >= 0; i--) {
    const fact = facts.at(i)!;
    if (fact.type === 'ended' && fact.id === id) return fact;
  }
  return undefined;
}
