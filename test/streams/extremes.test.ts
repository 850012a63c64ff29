import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../streams/core.ts';
import { verify } from '../../streams/engine/verify.ts';
import * as h from '../../streams/index.ts';
import { type Entry, optimize, type Strategy } from '../../streams/index.ts';

const TRIALS = 25;
const plane = h.space({ x: h.float(-5, 5), y: h.float(-5, 5) });

describe('values at the ends of all numbers end no study', () => {
  const mixes: Readonly<Record<string, (trial: number) => number>> = {
    'one large among small ones': (trial) => (trial === 3 ? 1e308 : -1e308),
    'large and small in turn': (trial) => (trial % 2 === 0 ? 1.7e308 : -1.7e308),
  };
  const strategies: Readonly<Record<string, () => Strategy>> = {
    sgd: () => h.sgd(),
    'sgd by differences': () => h.sgd({ gradient: 'differences' }),
    lbfgs: () => h.lbfgs(),
    cmaes: () => h.cmaes(),
    tpe: () => h.tpe(),
    bo: () => h.bo(),
    ga: () => h.ga(),
  };
  const cases = Object.keys(strategies).flatMap((name) => Object.keys(mixes).map((mix) => ({ name, mix })));
  it.each(cases)('$name: $mix', async ({ name, mix }) => {
    const log = memoryLog();
    const objective = (_: object, { trial }: { trial: number }) => mixes[mix]!(trial);
    const { completed } = await optimize(plane, objective, { strategy: strategies[name]!(), trials: TRIALS, log }).result();
    expect(completed).toBe(TRIALS);
    const entries: Entry[] = [];
    for await (const batch of log.read()) {
      entries.push(...batch);
      if (entries.length >= (await log.head())) break;
    }
    const read = async function* () {
      yield entries;
    };
    expect(await verify(plane, strategies[name]!(), read)).toEqual({ recomputed: TRIALS });
  });
});
