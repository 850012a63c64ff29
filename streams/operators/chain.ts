import type { Env } from '../../src/strategy/env.ts';
import { checkStrategy, partOf, type Strategy, type StrategySpec, withSpec } from '../kernel/strategy.ts';

/** A chain keeps its stages, so that nested chains are flattened. */
interface Chain extends Strategy {
  readonly stages: readonly Strategy[];
}
const isChain = (strategy: Strategy): strategy is Chain => 'stages' in strategy;
/** The stages of a chain; of another strategy, itself. */
export const stagesOf = (strategy: Strategy): readonly Strategy[] => (isChain(strategy) ? strategy.stages : [strategy]);

/**
 * Strategies one after the other: each receives all facts, and the asks that the earlier ones handed on. A chain keeps no state: each stage decides
 * when it hands over (see `take`, `until`).
 *
 * @throws OptionError for an argument that is not a strategy.
 * @example
 * chain(percentileStop(), take(20, sobol()), ga())
 */
export function chain(...strategies: Strategy[]): Strategy {
  for (const strategy of strategies) checkStrategy('chain', strategy);
  const stages = strategies.flatMap(stagesOf);
  const spec: StrategySpec = { chain: stages.map((stage) => partOf('chain', stage)) };
  const whole = withSpec(spec, (env) => {
    const operators = stages.map((stage, i) => stage(apart(afterOthers(env, stages, i), stages, i)));
    return (messages$) => operators.reduce((before$, operator) => operator(before$), messages$);
  });
  const rungs = rungsOf(stages);
  const full = stages.findLast((stage) => stage.full !== undefined)?.full;
  const races = stages.some((stage) => stage.races);
  return Object.assign(whole, { stages }, rungs && { rungs }, full !== undefined && { full }, races && { races });
}

export const stageKind = ({ spec, name }: Strategy): string => (typeof spec === 'object' ? Object.keys(spec)[0]! : (spec ?? name));

/** A second strategy of the same kind gets its own path, and so its own random numbers. */
function apart(env: Env, stages: readonly Strategy[], i: number): Env {
  const kind = stageKind(stages[i]!);
  const before = stages.slice(0, i).filter((stage) => stageKind(stage) === kind).length;
  return before === 0 ? env : { ...env, name: env.name ? `${env.name}/${before + 1}` : `${before + 1}` };
}

const rungsOf = (stages: readonly Strategy[]): readonly number[] | undefined => stages.findLast(({ rungs }) => rungs)?.rungs;

/** What a stage knows about the stages before it: the budgets at which they compare trials. */
function afterOthers(env: Env, stages: readonly Strategy[], i: number): Env {
  const rungs = rungsOf(stages.slice(0, i));
  return rungs ? { ...env, rungs } : env;
}
