import { optimize } from 'hypertide';
import type { Run } from './record.ts';
import { cost, type Name, networks, strategies } from './study.ts';
import train from './train.ts';

/** One study in this thread. Trials run one after the other, so that the results depend only on strategy and seed. */
export const run = async (name: Name, seed: number, objective = train): Promise<Run> => {
  const settings = { strategy: strategies[name], objectives: { loss: 'minimize' }, cost, seed } as const;
  const study = optimize(networks, objective, settings);
  let reports = 0;
  study.subscribe(({ effect }) => {
    if (effect === 'reported') reports++;
  });
  const { best, completed, stopped, failed } = await study;
  const { loss } = best?.values ?? {};
  const { test } = best?.metrics ?? {};
  if (loss === undefined || test === undefined) throw new Error(`${name} with seed ${seed} trained no network to the end`);
  return { seed, loss, test, epochs: reports + failed, trials: completed + stopped + failed }; // what diverges does not report its last epoch
};
