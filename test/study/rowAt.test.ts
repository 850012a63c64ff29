import { expect, it } from 'vitest';
import type { Entry } from '../../src/facts/entry.ts';
import { TrialChanges } from '../../src/server/feed/trialChanges.ts';
import { countsOf, rowAt } from '../../src/study/rowAt.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { memoryLog } from '../../streams/core.ts';
import { ledgerFrom } from '../../streams/engine/applyEntries.ts';
import * as h from '../../streams/index.ts';
import { past } from '../../streams/log/past.ts';
import { stopAbove } from '../support/stopAbove.ts';

/** The rows with their reports, as a page has them, and what the ledger counts, after some entries of a log. */
function folded(entries: readonly Entry[]) {
  const rows = new TrialRows();
  const changes = new TrialChanges('value');
  const ledger = ledgerFrom(entries[0]!)!;
  for (const entry of entries) {
    const applied = ledger.fold(entry);
    rows.apply(applied);
    changes.apply(applied, rows);
  }
  return { ledger, imported: rows.imported, rows: [...changes.since(0)].flatMap((one) => one.rows).sort((a, b) => a.trial - b.trial) };
}

it('a row of the past has as many examples as it had then', () => {
  const row = {
    ...{
      trial: 1,
      params: {},
      status: 'completed' as const,
      attempt: 1,
      by: 'race',
      suggested: 2,
      suggestedAt: 0,
      ended: 9,
      values: { loss: 3 },
    },
    ...{ budget: 2, step: 2, examples: 2, leader: 1, curve: [1, 5, 2, 3], reported: [4, 7] },
  } as const;
  expect(rowAt(row, 9, 'loss')).toBe(row);
  expect(rowAt(row, 5, 'loss')).toMatchObject({ status: 'open', step: 1, examples: 1, values: { loss: 5 } });
  expect(rowAt(row, 3, 'loss')).not.toHaveProperty('examples');
  expect(rowAt(row, 5, 'loss')).not.toHaveProperty('leader');
});

it('a row after an entry says what the log said then', async () => {
  const log = memoryLog();
  const line = h.space({ x: h.float(0, 1) });
  const train = async ({ x }: { readonly x: number }, { report, signal }: h.Trial) => {
    for (let step = 1; step <= 9 && !signal.aborted; step++) {
      report(x + 1 / step, step);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return x;
  };
  const strategy = h.chain(stopAbove(0.7), h.random());
  await h.optimize(line, train, { strategy, trials: 30, parallel: 3, seed: '1', log });
  await log.append({ type: 'suggested', trial: 31, attempt: 1, by: 'import', params: { x: 0.5 } });
  await log.append({ type: 'started', trial: 31, attempt: 1, run: 'import' });
  await log.append({ type: 'completed', trial: 31, run: 'import', values: { value: 0.5 } });
  const entries: Entry[] = [];
  for await (const batch of past(log, 1)) entries.push(...batch);
  const whole = folded(entries);
  expect(whole.imported).toBe(1);
  expect(whole.rows.some(({ status }) => status === 'stopped')).toBe(true);
  for (let position = 2; position <= entries.length; position++) {
    const then = folded(entries.slice(0, position));
    const shown = whole.rows.flatMap((row) => rowAt(row, position, 'value') ?? []);
    const said = (rows: readonly (typeof shown)[number][]) =>
      rows.map(({ trial, status, values, step, curve = [], ended }) => ({ trial, status, values, step, curve, ended }));
    expect(said(shown)).toEqual(said(then.rows));
    const counts = countsOf(shown);
    expect(counts.imported).toBe(then.imported);
    expect(counts).toMatchObject({ trials: then.rows.length, cost: then.ledger.results.cost, open: then.ledger.open.size });
  }
});
