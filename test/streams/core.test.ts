import { optimize as optimizeByName, type Strategy } from 'hypertide';
import * as core from 'hypertide/core';
import { createStudy, float, memoryLog, OptionError, optimize, space } from 'hypertide/core';
import * as strategies from 'hypertide/strategies';
import { chain, parseStrategy, random, take } from 'hypertide/strategies';
import { describe, expect, it } from 'vitest';

const line = space({ x: float(0, 1) });
const objective = ({ x }: { readonly x: number }) => x;

describe('hypertide/core', () => {
  it('runs a study with a given strategy as hypertide does', async () => {
    const options = { strategy: chain(take(2, random()), random()), trials: 5, seed: 3 };
    const [own, byName] = [await optimize(line, objective, options), await optimizeByName(line, objective, options)];
    expect(own.best?.params).toEqual(byName.best?.params);
    expect(own.completed).toBe(5);
  });

  it('refuses what it would need a name of a strategy for, unless parseStrategy is given', async () => {
    const refused = [
      { strategy: undefined as unknown as Strategy, trials: 2 },
      { strategy: random(), trials: 2, epochs: 9 },
    ];
    for (const options of refused) {
      await expect(optimize(line, objective, options)).rejects.toThrow(OptionError);
      const given = await optimize(line, ({ x }, { report }) => report(x, 1) ?? x, { ...options, parseStrategy });
      expect(given.completed + given.stopped).toBe(2);
    }
  });

  it('resumes a log with its strategy, and one that was changed by name if parseStrategy is given', async () => {
    const log = memoryLog();
    await optimize(line, objective, { strategy: random(), trials: 1, log });
    const again = await optimize(line, objective, { strategy: random(), trials: 2, log });
    expect(again.completed).toBe(2);
    await log.append({ type: 'changed', strategy: 'sobol', limits: { trials: 3 } });
    await expect(optimize(line, objective, { strategy: random(), log })).rejects.toThrow(OptionError);
    await using study = createStudy(line, { log, parseStrategy });
    expect((await study.ask())?.by).toBe('#2/sobol');
  });

  it('has no strategy, and hypertide/strategies has all', () => {
    expect(Object.keys(core).filter((name) => Object.hasOwn(strategies, name))).toEqual([]);
    expect(Object.keys(strategies)).toEqual(expect.arrayContaining(['auto', 'bo', 'chain', 'parseStrategy', 'take', 'tpe']));
  });
});
