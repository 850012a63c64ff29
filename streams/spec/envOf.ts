import type { ObjectiveSpec, Values } from '../../src/facts/facts.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Point } from '../../src/space/axis.ts';
import type { Space } from '../../src/space/space.ts';
import { type Env, rngOfAsk } from '../../src/strategy/env.ts';
import { objectivesOf } from './createdDifferences.ts';
import { exampleSpec, type StudyOptions } from './options.ts';

/** What a strategy knows of its study. */
interface StudyFacts extends Pick<Env, 'seed' | 'parallel'> {
  readonly result?: 'best' | undefined;
  readonly examples?: number | undefined;
  readonly objectives: readonly ObjectiveSpec[];
  readonly trials?: number | undefined;
  readonly cost?: number | undefined;
  readonly spend?: Values | undefined;
}

/** The environment of a strategy at the root of a study. */
export const rootEnv = <P>(space: Space<P>, { seed, parallel, objectives, trials, cost, spend, result, examples }: StudyFacts): Env =>
  omitUndefined({
    axes: space.axes,
    snap: (point: Point) => space.snap(point),
    feasible: (point: Point) => space.feasible(point),
    seed,
    name: '',
    objectives: objectives.map(({ name }) => name),
    maximised: objectives.filter(({ direction }) => direction === 'maximize').map(({ name }) => name),
    parallel,
    trials,
    cost,
    spend,
    result,
    examples,
    rng: rngOfAsk,
  });

/**
 * The environment of a strategy without a study. With it, a strategy is an operator: asks and the events of trials go in, answers come out.
 *
 * @example
 * messages$.pipe(tpe()(envOf(space({ x: float(0, 1) }), { seed: 7, parallel: 4 }))).subscribe(console.log);
 */
export const envOf = <P>(
  space: Space<P>,
  {
    seed = 0,
    parallel = 1,
    trials,
    cost,
    spend,
    examples,
    ...options
  }: Pick<StudyOptions, 'seed' | 'parallel' | 'objectives' | 'trials' | 'cost' | 'spend' | 'examples'> = {},
): Env =>
  rootEnv(space, {
    seed: String(seed),
    parallel,
    objectives: objectivesOf(options),
    trials,
    cost,
    spend,
    examples: examples === undefined ? undefined : exampleSpec(examples).count,
  });
