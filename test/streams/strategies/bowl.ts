import { lastValueFrom, toArray } from 'rxjs';
import type { SuggestedFact } from '../../../src/facts/facts.ts';
import { memoryLog } from '../../../streams/core.ts';
import { float, type Log, optimize, type Strategy, space } from '../../../streams/index.ts';

const names = (n: number) => Array.from({ length: n }, (_, i) => `x${i}`);
export const cube = (n: number) => space(Object.fromEntries(names(n).map((name) => [name, float(0, 1)])));

/** What a study of a bowl suggested; all its objectives are the same. */
export async function suggestions(
  dimension: number,
  trials: number,
  strategy: Strategy | undefined,
  log: Log = memoryLog(),
  objectives = ['value'],
) {
  const loss = (params: object) => Object.values(params).reduce((sum: number, x: number) => sum + (x - 0.3) ** 2, 0);
  const study = optimize(cube(dimension), (params) => ({ values: Object.fromEntries(objectives.map((name) => [name, loss(params)])) }), {
    trials,
    log,
    objectives: Object.fromEntries(objectives.map((name) => [name, 'minimize' as const])),
    ...(strategy && { strategy }),
  });
  const applied = await lastValueFrom(study.pipe(toArray()));
  return applied.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
}
