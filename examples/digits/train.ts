import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import type { Objective } from 'hypertide';
import { loadDigits, type Split, split } from './data.ts';
import { createNetwork, epochs, type NetworkConfig } from './network.ts';

/**
 * Minimises the cross-entropy on images that the network is not trained on. A third set of images takes no part in any choice; the error
 * on them is for the end. A trial that is to be resumed, because its budget is no whole training, is saved in a file.
 */
export const training =
  (data: Split): Objective<NetworkConfig, 'loss'> =>
  async (config, trial) => {
    const { report, signal, budget = epochs } = trial;
    const network = createNetwork({ ...config, epochs }, data);
    if (trial.checkpoint !== undefined) network.load(deserialize(readFileSync(trial.checkpoint)));
    while (network.epoch < budget && !signal.aborted) {
      network.trainEpoch();
      const { loss, error } = network.validate();
      if (!Number.isFinite(loss)) throw new Error(`training diverged: the loss is ${loss} after ${network.epoch} epochs`);
      report(loss, network.epoch, { error });
      await nextTurn(); // in the thread of the study, a stop arrives only now
    }
    if (budget < epochs) {
      trial.checkpoint = join(tmpdir(), `digits-${process.pid}-${trial.trial}.checkpoint`);
      writeFileSync(trial.checkpoint, serialize(network.save()));
    }
    const { loss, error } = network.validate();
    return { values: { loss }, metrics: { error, test: network.test().error } };
  };

export default training(split(loadDigits()));
