import type { Fact } from './facts.ts';
import { DECISIONS, FORMAT, RULES } from './versions.ts';

/** An example of each fact by its type, for published documents. Together they are the log of a small study. */
export const factSamples: { readonly [T in Fact['type']]: Extract<Fact, { readonly type: T }> } = {
  created: {
    type: 'created',
    format: FORMAT,
    rules: RULES,
    decisions: DECISIONS,
    study: 'digits',
    space: { parameters: { lr: { type: 'float', low: 0.0001, high: 0.1, log: true } } },
    objectives: [{ name: 'loss', direction: 'minimize' }],
    strategy: 'tpe',
    seed: 'digits',
    limits: { trials: 60 },
    parallel: 4,
    duplicates: 'forbid',
  },
  suggested: { type: 'suggested', trial: 7, attempt: 1, by: 'tpe', params: { lr: 0.01 }, budget: 9, after: 41 },
  started: { type: 'started', trial: 7, attempt: 1, run: '7.1.k3v9x2ma', trainer: 'w1' },
  reported: { type: 'reported', trial: 7, run: '7.1.k3v9x2ma', step: 1, values: { loss: 0.42 } },
  completed: { type: 'completed', trial: 7, run: '7.1.k3v9x2ma', values: { loss: 0.31 }, seconds: 12.5 },
  stopped: { type: 'stopped', trial: 7, run: '7.1.k3v9x2ma', step: 1, by: 'asha' },
  failed: { type: 'failed', trial: 7, attempt: 1, run: '7.1.k3v9x2ma', reason: 'error', message: 'out of memory' },
  enqueued: { type: 'enqueued', params: { lr: 0.003 }, user: 'ada' },
  proposed: { type: 'proposed', proposer: 'mine', params: { lr: 0.003 }, note: 'best of the grid' },
  expired: { type: 'expired', proposer: 'mine', known: 41 },
  retracted: { type: 'retracted', trial: 7, user: 'ada' },
  cancelled: { type: 'cancelled', trial: 7, user: 'ada' },
  annotated: { type: 'annotated', trial: 7, note: 'diverges after step 3', labels: ['check'], user: 'ada' },
  changed: { type: 'changed', parallel: 8, limits: { trials: 100 }, user: 'ada' },
  instructed: { type: 'instructed', trainer: 'w1', to: 'drain', reason: 'the machine restarts', user: 'ada' },
  closed: { type: 'closed', reason: 'trials', best: { trial: 7, values: { loss: 0.31 } } },
};
