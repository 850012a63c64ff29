import type { Fact } from '../../facts/facts.ts';
import { factSamples } from '../../facts/samples.ts';
import { forIntents } from '../../study/intents.ts';
import { requestSamples, rowSample, statusSample } from '../../study/samples.ts';
import type { Operation } from '../operation.ts';
import { type OperationId, operations } from '../operations.ts';

/** An example of the body or the query of a request, and of its answer. */
export interface Example {
  readonly request?: object;
  readonly answer: unknown;
}

const study = { ...statusSample, created: factSamples.created };
const { run } = factSamples.started;

/** The fields of an example of a fact that its request has. */
function fieldsOf(fact: Fact, { body }: Operation): object {
  return Object.fromEntries(Object.entries(fact).filter(([name]) => Object.hasOwn(body?.properties ?? {}, name)));
}

/** A study file as JSON. */
export const studyFileSample = {
  name: 'digits',
  parameters: {
    lr: { type: 'float', low: 0.0001, high: 0.1, log: true },
    layers: { type: 'int', low: 1, high: 4 },
    activation: { type: 'choice', values: ['relu', 'tanh'] },
  },
  objective: 'minimize loss',
  trials: 60,
  parallel: 4,
};

/** An example of each request over HTTP, for the OpenAPI document. */
export const httpSamples: Readonly<Record<OperationId, Example>> = {
  listStudies: { answer: [statusSample] },
  createStudy: { request: studyFileSample, answer: study },
  getStudy: { answer: study },
  ask: { request: { run, wait: 30 }, answer: { next: 'trial', trial: 7, attempt: 1, run, params: { lr: 0.01 }, budget: 9, lease: 30 } },
  report: { request: fieldsOf(factSamples.reported, operations.report), answer: { stop: false } },
  heartbeat: { request: { run }, answer: { stop: true, by: 'asha' } },
  tell: { request: fieldsOf(factSamples.completed, operations.tell), answer: { stop: false } },
  stopped: { request: fieldsOf(factSamples.stopped, operations.stopped), answer: { stop: false } },
  fail: { request: fieldsOf(factSamples.failed, operations.fail), answer: { stop: false } },
  best: { answer: rowSample },
  front: { answer: [rowSample] },
  match: { request: requestSamples.match.request, answer: study },
  listTrials: { request: requestSamples.trials.request, answer: { trials: [rowSample], next: 7 } },
  getTrial: { answer: rowSample },
  facts: { request: requestSamples.log.request, answer: requestSamples.log.result },
  why: {
    answer: {
      trial: 7,
      by: 'tpe',
      phases: { tpe: 'modelling' },
      recomputed: 'equal',
      results: { tpe: 5 },
      expected: { mean: 0.35, sd: 0.04, results: 5 },
      milliseconds: 2.5,
      text: ['tpe suggested it, in the phase modelling'],
    },
  },
  importance: {
    answer: {
      results: 24,
      partial: 0,
      objective: 'loss',
      fanova: { lr: 0.83, layers: 0.17 },
      pedAnova: { lr: 0.76, layers: 0.24 },
      intervals: { fanova: { lr: [0.7, 0.91], layers: [0.09, 0.3] }, pedAnova: { lr: [0.61, 0.88], layers: [0.12, 0.39] } },
      marginals: { lr: [{ value: 0.01, mean: 0.4, sd: 0.02 }], layers: [{ value: 2, mean: 0.5, sd: 0.02 }] },
    },
  },
  turn: { request: { ...requestSamples.turn.request, wait: 30 }, answer: requestSamples.turn.result },
  listTrainers: { answer: requestSamples.trainers.result },
  watch: { request: { study: 'digits' }, answer: `id: 53\nevent: study\ndata: ${JSON.stringify(statusSample)}\n\n` },
  whoAmI: { answer: { name: 'ada', role: 'operator' } },
  signIn: { answer: { name: 'ada', role: 'operator' } },
  summary: { answer: { detail: { study: 'digits', open: 2, completed: 5 }, best: rowSample } },
  recommendation: {
    answer: {
      results: 24,
      trial: 7,
      costs: {},
      evidence: { full: 24, lead: 0.4, isRepeated: false, first: 7 },
      verdict: { verdict: 'confirm', reason: 'noise-unknown', text: 'Confirm: no configuration ran three times' },
    },
  },
  examples: {
    answer: {
      objective: { name: 'score', direction: 'maximize' },
      count: 3,
      names: ['q1', 'q2', 'q3'],
      configurations: 2,
      rows: [
        {
          trial: 4,
          value: 0.5,
          results: [
            [2, 1],
            [0, 0],
          ],
        },
      ],
      leader: 4,
      order: [2, 0],
      unsolved: [],
      differences: { squares: 0, freedom: 0 },
    },
  },
  moment: {
    request: { at: 53, x: 'lr', y: 'layers' },
    answer: {
      position: 53,
      machines: [
        {
          path: 'random',
          chart: { id: 'sequence', initial: 'drawing', states: { drawing: { spent: 'spent' }, spent: 'final' }, anywhere: {} },
        },
      ],
      news: [
        { path: 'random', phase: 'drawing', over: false, moves: {}, counts: { suggested: 7, ended: 5 }, history: [{ phase: 'drawing' }] },
      ],
    },
  },
  getReport: { answer: '<!doctype html>' },
  trialFacts: { answer: requestSamples.log.result },
  listFiles: { answer: [{ name: 'output.txt', bytes: 1024, at: 1_796_029_200_000, isOutput: true }] },
  getFile: { request: { last: 1000 }, answer: 'epoch 9 loss 0.31' },
  addFile: { answer: { name: 'uploads/plot.png' } },
  ...forIntents((type, { fact }) => ({ request: fieldsOf(factSamples[fact], operations[type]), answer: requestSamples[type].result })),
};
