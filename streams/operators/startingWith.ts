import { sequenceMachine } from '../../machines/sequence.ts';
import type { Env, Tags } from '../../src/messages.ts';
import { numberedSequence, type Sequence } from '../../src/samplers/sequence.ts';
import type { Point } from '../../src/space/axis.ts';
import { drive, type Strategy, stage } from '../strategy.ts';
import { chain, stagesOf } from './chain.ts';

/**
 * A strategy that tries some points first. They come after the stages that decide for how long trials train, so that those apply to them too.
 *
 * @param tags that say why they are tried
 */
export function startingWith(points: readonly Point[], tags: Tags, strategy: Strategy): Strategy {
  const stages = stagesOf(strategy);
  const budgeting = lastBudgeting(stages);
  const at = budgeting === stages.length - 1 ? budgeting : budgeting + 1; // the last stage of a chain has to propose configurations itself
  const first = stage('earlier', {}, (env) => drive(sequenceMachine, env, { env, core: tagged(env, points, tags) }));
  return chain(...stages.slice(0, at), first, ...stages.slice(at));
}

/** The index of the last stage that decides for how long trials train; -1 if none does. */
const lastBudgeting = (stages: readonly Strategy[]): number =>
  stages.findLastIndex(({ rungs, full }) => rungs !== undefined || full !== undefined);

/** Whether a strategy has a stage behind which others get budgets for their trials. */
export const budgetsOthers = (strategy: Strategy): boolean => lastBudgeting(stagesOf(strategy)) >= 0;

function tagged(env: Env, points: readonly Point[], tags: Tags): Sequence<unknown> {
  const sequence: Sequence<unknown> = numberedSequence(env, points.length, (i) => points[i]!);
  return {
    ...sequence,
    propose: (state, ask) => {
      if (ask.fixed) return undefined; // with fixed values, it would be another configuration
      const proposed = sequence.propose(state, ask);
      return proposed && { ...proposed, tags: { ...proposed.tags, ...tags } };
    },
  };
}
