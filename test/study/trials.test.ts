import { expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import { bestFirst } from '../../src/study/bestFirst.ts';
import { isInfeasible, type TrialRow, TrialRows } from '../../src/study/trials.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';

const line = space({ x: float(0, 1) });
const suggested = (trial: number, attempt = 1): Fact => ({ type: 'suggested', trial, attempt, by: 'random', params: { x: 0.1 * trial } });

function rowsOf(...facts: readonly Fact[]): TrialRows<{ readonly x: number }> {
  const ledger = new Ledger(line);
  const rows = new TrialRows<{ readonly x: number }>();
  const all = [createdOf(line, random(), { seed: 1, retryErrors: true }), ...facts];
  for (const [i, fact] of all.entries()) rows.apply(ledger.fold({ position: i + 1, at: 10 * i, fact }));
  return rows;
}

it('a row follows its trial from suggestion to end', () => {
  const facts: readonly Fact[] = [
    suggested(1),
    { type: 'started', trial: 1, attempt: 1, run: 'a', trainer: 't' },
    { type: 'reported', trial: 1, run: 'a', step: 3, values: { value: 2 }, metrics: { size: 4 } },
    { type: 'completed', trial: 1, run: 'a', values: { value: 1 }, seconds: 5 },
  ];
  const begun = { trial: 1, params: { x: 0.1 }, attempt: 1, by: 'random', suggested: 2, suggestedAt: 10 };
  expect(rowsOf(...facts.slice(0, 1)).get(1)).toEqual({ ...begun, status: 'open' });
  const running = { ...begun, startedAt: 20, trainer: 't', run: 'a', step: 3, metrics: { size: 4 } };
  const since = { claimedAt: 20, reportedAt: 30 };
  expect(rowsOf(...facts.slice(0, 3)).get(1)).toEqual({ ...running, ...since, status: 'open', running: true, values: { value: 2 } });
  expect(rowsOf(...facts).get(1)).toEqual({ ...running, status: 'completed', values: { value: 1 }, seconds: 5, ended: 5, endedAt: 40 });
});

it('a failed attempt is shown until the next one ends the trial', () => {
  const failed: Fact = { type: 'failed', trial: 1, attempt: 1, reason: 'error', message: 'out of memory' };
  const begun: Fact[] = [suggested(1), { type: 'started', trial: 1, attempt: 1, run: 'a' }];
  expect(rowsOf(suggested(1), failed).get(1)).toMatchObject({ status: 'open', reason: 'error', message: 'out of memory' });
  const again = rowsOf(suggested(1), failed, suggested(1, 2), { type: 'completed', trial: 1, values: { value: 1 } });
  expect(again.get(1)).toMatchObject({ status: 'completed', attempt: 2 });
  const lost: Fact = { type: 'failed', trial: 1, run: 'a', reason: 'lost' };
  const waiting = rowsOf(...begun, lost).get(1);
  for (const name of ['running', 'claimedAt', 'reportedAt']) expect(waiting).not.toHaveProperty(name);
  expect(again.get(1)).not.toHaveProperty('reason');
  expect(again.get(1)).not.toHaveProperty('message');
});

it('a retracted result leaves the row and the counts', () => {
  const rows = rowsOf(suggested(1), { type: 'completed', trial: 1, values: { value: 1 } }, { type: 'retracted', trial: 1 }, suggested(2));
  expect(rows.get(1)).toMatchObject({ status: 'retracted', ended: 3 });
  expect(rows.get(1)).not.toHaveProperty('values');
  expect(rows.counts).toEqual({ open: 1, completed: 0, stopped: 0, failed: 0, retracted: 1 });
});

it('the best come first, by budget and value, without those that violate a constraint', () => {
  const row = (trial: number, value: number, more: Pick<TrialRow, 'budget' | 'constraints'>) => ({
    trial,
    status: 'completed' as const,
    values: { value },
    ...more,
  });
  const all = [row(1, 3, { budget: 9 }), row(2, 1, { budget: 3 }), row(3, 2, { budget: 9 }), row(4, 0, { budget: 9, constraints: [1] })];
  expect(bestFirst(all, { name: 'value', direction: 'minimize' }).map(({ trial }) => trial)).toEqual([3, 1, 2]);
  expect(bestFirst(all, { name: 'value', direction: 'maximize' }).map(({ trial }) => trial)).toEqual([1, 3, 2]);
  expect(all.map(isInfeasible)).toEqual([false, false, false, true]);
});
