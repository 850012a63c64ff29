import { factSamples } from '../facts/samples.ts';
import { forIntents } from './intents.ts';
import type { RequestMethod } from './requests.ts';
import type { TrainerRow } from './trainerRows.ts';
import type { CompletedRow } from './trials.ts';

const AT = Date.UTC(2026, 10, 30, 9);

/** An example of a row of a trial: the trial of {@link factSamples}. */
export const rowSample: CompletedRow = {
  trial: 7,
  params: { lr: 0.01 },
  status: 'completed',
  attempt: 1,
  values: { loss: 0.31 },
  by: 'tpe',
  budget: 9,
  step: 9,
  seconds: 12.5,
  trainer: 'w1',
  run: '7.1.k3v9x2ma',
  suggested: 42,
  ended: 53,
  suggestedAt: AT,
  startedAt: AT + 40,
  endedAt: AT + 12_540,
};

/** An example of the state of a study. */
export const statusSample = {
  study: 'digits',
  phase: 'live',
  position: 53,
  at: AT + 13_000,
  paused: false,
  limit: 60,
  ended: 7,
  objective: 'loss',
  trials: 9,
  open: 2,
  waiting: 1,
  completed: 5,
  stopped: 1,
  failed: 1,
  uncounted: 0,
  best: rowSample,
};

const trainerSample: TrainerRow = {
  trainer: 'w1',
  to: 'work',
  holds: [8],
  heldSince: [AT + 13_000],
  results: 5,
  failures: 1,
  at: AT + 13_000,
  slots: 1,
  connected: true,
  silent: 1.5,
};

const parameters = { lr: { type: 'float', low: 0.0001, high: 0.1, log: true } };

const entrySample = { position: 53, at: AT + 12_540, fact: factSamples.completed, author: 'w1' };

/** An example of each request to a study, and of its result. */
export const requestSamples: Readonly<Record<RequestMethod, { readonly request: object; readonly result: unknown }>> = {
  status: { request: {}, result: statusSample },
  list: { request: { after: 'cifar' }, result: { studies: [{ study: 'digits', status: statusSample }], more: false } },
  load: { request: {}, result: {} },
  best: { request: {}, result: rowSample },
  front: { request: {}, result: [rowSample] },
  match: { request: { parameters, objectives: { loss: 'minimize' } }, result: {} },
  trials: { request: { after: 6, limit: 20 }, result: [rowSample] },
  log: { request: { after: 52 }, result: [entrySample] },
  turn: { request: { proposer: 'mine' }, result: { next: 'propose', waiting: 0 } },
  trainers: { request: {}, result: [trainerSample] },
  ...forIntents((_, { fact, schema: { properties = {} } }) => ({
    request: Object.fromEntries(Object.entries(factSamples[fact]).filter(([name]) => Object.hasOwn(properties, name))),
    result: { position: 54, fact: factSamples[fact] },
  })),
  create: {
    request: { study: { name: 'digits', parameters, trials: 60 } },
    result: {},
  },
};
