import { optimize } from 'hypertide';
import { loadDigits, split } from './data.ts';
import { createNetwork } from './network.ts';
import type { Run } from './record.ts';
import { cost, type Name, networks, objective, strategies } from './study.ts';

const data = split(loadDigits());

/** One study in this thread. Trials run one after the other, so that the results depend only on strategy and seed. */
export const run = async (name: Name, seed: number): Promise<Run> => {
  let trained = 0;
  const training = objective(async (config, { epochs, onEpoch, signal }) => {
    const network = createNetwork(config, data);
    while (network.epoch < epochs && !signal?.aborted) {
      network.trainEpoch();
      trained++;
      await onEpoch?.(network.epoch, network.validate());
    }
    return { validation: network.validate(), test: network.test() };
  });
  const settings = { strategy: strategies[name], objectives: { loss: 'minimize' }, cost, seed } as const;
  const { best, completed, stopped, failed } = await optimize(networks, training, settings).result();
  const { loss } = best?.values ?? {};
  const { test } = best?.metrics ?? {};
  if (loss === undefined || test === undefined) throw new Error(`${name} with seed ${seed} trained no network to the end`);
  return { seed, loss, test, epochs: trained, trials: completed + stopped + failed };
};
