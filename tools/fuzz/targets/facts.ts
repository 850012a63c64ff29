import type { Fact } from '../../../src/facts/facts.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { choice, float, random, space } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { gist, must, type Target } from '../target.ts';

const parameters = space({ x: float(0, 1), kind: choice(['a', 'b']) });
const created = createdOf(parameters, random(), { study: 's', trials: 9, objectives: { loss: 'minimize', size: 'maximize' } });
const values = { loss: 1, size: 2 };
const params = { x: 0.5, kind: 'a' };
const past: readonly Fact[] = [
  created,
  { type: 'suggested', trial: 1, attempt: 1, by: 'random', params },
  { type: 'suggested', trial: 2, attempt: 1, by: 'random', params, budget: 3 },
  { type: 'suggested', trial: 3, attempt: 1, by: 'random', params, tags: { a: 'b' } },
  { type: 'started', trial: 1, attempt: 1, run: 'r', trainer: 't' },
  { type: 'started', trial: 2, attempt: 1, run: 'q' },
  { type: 'completed', trial: 2, run: 'q', values, checkpoint: 'c' },
];
const seeds: readonly Fact[] = [
  ...past,
  { type: 'reported', trial: 1, run: 'r', step: 1, values, metrics: { a: 1 }, metric: 'm' },
  { type: 'completed', trial: 1, run: 'r', values, gradient: { loss: { x: 1 } }, stderr: values, constraints: [1], seconds: 1 },
  { type: 'stopped', trial: 1, run: 'r', step: 1, by: 'person', checkpoint: 'c' },
  { type: 'failed', trial: 1, reason: 'error', attempt: 1, run: 'r', message: 'm', checkpoint: 'c' },
  { type: 'failed', trial: 3, reason: 'lost', attempt: 1 },
  { type: 'suggested', trial: 4, attempt: 1, by: 'random', params, resumes: 2, checkpoint: 'c', budget: 9, after: 3, queue: 2 },
  { type: 'enqueued', params },
  { type: 'retracted', trial: 2 },
  { type: 'cancelled', trial: 1 },
  { type: 'changed', paused: true, parallel: 2, limits: { trials: 5, attempts: 2 }, strategy: 'tpe' },
  { type: 'closed', reason: 'target', best: { trial: 2, values } },
];

/** Facts that are applied, at most. */
const LINES = 50;

/** The state that decides what follows, without the number of the next trial: a rejected suggestion uses it up. */
const stateOf = (ledger: Ledger<object>): string =>
  JSON.stringify([ledger.demand(), ledger.running, ledger.best, ledger.results.cost, ledger.closed, [...ledger.open.keys()]]);

/** Facts, one a line, after a study has begun. */
export const facts: Target = {
  name: 'facts',
  seeds: [
    ...seeds.map((fact) => JSON.stringify(fact)),
    seeds
      .slice(7)
      .map((fact) => JSON.stringify(fact))
      .join('\n'),
  ],
  take(input) {
    const ledger = new Ledger<object>(parameters as never);
    for (const [i, fact] of past.entries()) ledger.fold({ position: i + 1, at: i, fact });
    const did = new Set<string>();
    input.split('\n', LINES).forEach((line, i) => {
      let fact: unknown;
      try {
        fact = JSON.parse(line);
      } catch {
        fact = line;
      }
      const before = stateOf(ledger);
      for (const author of ['t', undefined]) {
        const { effect, refusal } = ledger.fold({ position: past.length + i + 1, at: i, fact, ...(author !== undefined && { author }) });
        did.add(refusal ? `${refusal.code} ${gist(refusal.message)}` : effect);
        if (!refusal) break;
        must(refusal.message.length > 0 && refusal.message.length < 20_000, `a refusal of ${refusal.message.length} characters`);
        must(before === stateOf(ledger), `a rejected fact changed the state: ${before} ${stateOf(ledger)}`);
      }
    });
    return [...did].sort().join(' ').slice(0, 300);
  },
};
