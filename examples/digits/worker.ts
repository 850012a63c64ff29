import { parentPort } from 'node:worker_threads';
import { loadDigits, split } from './data.ts';
import type { Score } from './model.ts';
import { type Checkpoint, createNetwork, type Network, type NetworkConfig } from './network.ts';

export interface Job {
  readonly config: NetworkConfig;
  readonly from?: Checkpoint | undefined;
}

export interface Progress {
  readonly epoch: number;
  readonly validation: Score;
}

export interface Finished extends Progress {
  readonly test: Score;
  readonly checkpoint: Checkpoint;
}

/** What a worker does, one request at a time: it never runs ahead of the decision to stop. */
export interface Requests {
  start(job: Job): Progress;
  trainEpoch(): Progress;
  finish(): Finished;
}

export interface Request {
  readonly type: keyof Requests;
  readonly job?: Job | undefined;
}

export type Reply = { readonly value: Progress } | { readonly error: unknown };

const data = split(loadDigits());
let network: Network | undefined;

const begin = ({ config, from }: Job): Network => {
  const begun = createNetwork(config, data);
  if (from) begun.load(from);
  return begun;
};

const answer = ({ type, job }: Request): Progress | Finished => {
  if (job) network = begin(job);
  if (!network) throw new Error(`worker: expected a job before '${type}'`);
  if (type === 'trainEpoch') network.trainEpoch();
  const progress = { epoch: network.epoch, validation: network.validate() };
  return type === 'finish' ? { ...progress, test: network.test(), checkpoint: network.save() } : progress;
};

const reply = (request: Request): Reply => {
  try {
    return { value: answer(request) };
  } catch (error) {
    return { error };
  }
};

parentPort?.on('message', (request: Request) => parentPort?.postMessage(reply(request)));
