import { type EndFact, type Evaluating, evaluateTrial } from '../../evaluate.ts';
import type { Objective } from '../../objective.ts';
import { type AttemptSteps, type Claim, HANDED_BACK } from '../../study/training/claimedRun.ts';
import { type FilesOptions, withFiles } from '../checkpoints/withFiles.ts';

/** Evaluates the objective for a claim. */
export function evaluateClaim<P>(
  objective: Objective<P>,
  claim: Claim<P>,
  { nc, subjects, warn, ...options }: Evaluating & FilesOptions,
): AttemptSteps<P> {
  const { suggestion, run } = claim;
  const { trial, attempt } = suggestion;
  const steps: AttemptSteps<P> = {
    begin: (ready, say) => {
      const { stop, abandon, checkpoint } = evaluateTrial(objective, ready, run, say, options);
      const preempt = () => {
        abandon();
        const fact: EndFact = { type: 'failed', trial, attempt, run, reason: 'preempted', message: HANDED_BACK };
        const last = checkpoint();
        say.end(last === undefined ? fact : { ...fact, checkpoint: last });
      };
      return { stop, preempt };
    },
  };
  return withFiles(steps, claim, { nc, subjects, warn });
}
