import { StrategyError } from '../../src/errors.ts';
import type { Env } from '../../src/strategy/env.ts';

/**
 * For strategies that support one objective only.
 *
 * @param does what it does by that objective, such as `ga compares trials by`
 * @throws StrategyError if the study has several
 */
export function oneObjective({ objectives }: Env, does: string): void {
  if (objectives.length > 1) throw new StrategyError(`${does} one objective; this study has several`);
}
