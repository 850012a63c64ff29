import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { surrogateChart } from '../../machines/strategies.ts';
import type { SuggestedFact } from '../../src/facts/facts.ts';
import { fitInOrder } from '../../src/numeric/gp/fit.ts';
import { index, rngFor } from '../../src/numeric/random.ts';
import { boSurrogate } from '../../src/samplers/bo/bo.ts';
import type { FitElsewhere } from '../../src/samplers/surrogate.ts';
import { surrogateCore } from '../../src/samplers/surrogate.ts';
import { child } from '../../src/strategy/env.ts';
import { createTestStudy } from '../../src/testing/testStudy.ts';
import { verify } from '../../streams/engine/verify.ts';
import { drive } from '../../streams/kernel/drive.ts';
import { type Strategy, withSpec } from '../../streams/kernel/strategy.ts';
import { fleet, type Net, net } from './world.ts';

/** `bo`, which waits for every fit if a worker makes them. */
const model = (thorough: boolean, elsewhere?: FitElsewhere): Strategy =>
  withSpec('bo', (parent) => {
    const env = child(parent, 'bo');
    const settings = { startup: 4, costAware: false, integrated: thorough } as const;
    return drive(surrogateChart, surrogateCore(env, boSurrogate(env, settings, 0), elsewhere), env);
  });

/** A study whose fits end at random moments; `gaps` counts the facts that came while one was made. */
async function played(seed: number, thorough: boolean, trials: number) {
  const rng = rngFor(String(seed), 'moments', 0);
  const due: (() => void)[] = [];
  const elsewhere: FitElsewhere = (tasks) => new Promise((resolve) => due.push(() => resolve(tasks.map(fitInOrder))));
  const world = createTestStudy(net, model(thorough, elsewhere), { trials, parallel: 3, seed });
  const open: SuggestedFact[] = [];
  let read = 0;
  let gaps = 0;
  for (let said = 0; !world.finished && said < 500; said++) {
    for (; read < world.given.length; read++) open.push(world.given[read]!.directive as SuggestedFact);
    if (due.length > 0 && (open.length === 0 || rng() < 0.3)) due.shift()!();
    else {
      gaps += due.length;
      const [{ trial, attempt, params }] = open.splice(index(rng, open.length), 1) as [SuggestedFact];
      world.say({ type: 'started', trial, attempt, run: 'r' });
      world.say({ type: 'completed', trial, run: 'r', values: { value: fleet.curve(params as Net, 4) } });
    }
    await turn();
  }
  return { world, gaps };
}

it.each([
  ['the most probable kernels', false, 2, 14],
  ['samples of bent ones', true, 1, 8],
])(
  'what is suggested once fits of %s are ready is what is suggested where they are made on the spot',
  async (_, thorough, seeds, trials) => {
    let gaps = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const run = await played(seed, thorough, trials);
      expect(run.world.finished).toBe(true);
      const read = async function* () {
        yield run.world.entries;
      };
      expect(await verify(net, model(thorough), read)).toEqual({ recomputed: trials });
      gaps += run.gaps;
    }
    expect(gaps).toBeGreaterThan(seeds);
  },
);
