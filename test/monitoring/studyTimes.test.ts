import { expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { StudyTimes } from '../../src/monitoring/studyTimes.ts';
import { float, random, space } from '../../streams/index.ts';
import { createdOf } from '../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const created = createdOf(line, random(), { study: 's', objectives: { loss: 'minimize' }, seed: 1, parallel: 4 });
const suggested = (trial: number, after: number, attempt = 1): Fact => ({
  type: 'suggested',
  trial,
  attempt,
  by: 'random',
  params: { x: 0.5 },
  after,
});
const started = (trial: number, attempt = 1): Fact => ({ type: 'started', trial, attempt, run: `r${trial}.${attempt}` });

/** What each fact measures; facts come with seconds and authors. */
function measured(...facts: readonly (readonly [second: number, fact: Fact, author?: string])[]) {
  const ledger = new Ledger(line);
  const times = new StudyTimes();
  return [[0, created] as const, ...facts].map(([second, fact, author], i) =>
    times.fold(ledger.fold({ position: i + 1, at: second * 1000, fact, ...(author !== undefined && { author }) })),
  );
}

it('measures asks, claims, trials and the idle time of trainers', () => {
  const [, asked, claimed, trained, again, idle] = measured(
    [2, suggested(1, 1)],
    [5, started(1), 'w1'],
    [15, { type: 'completed', trial: 1, run: 'r1.1', values: { loss: 1 } }, 'w1'],
    [16, suggested(2, 4)],
    [18, started(2), 'w1'],
  );
  expect(asked).toEqual({ asked: 2 });
  expect(claimed).toEqual({ claimed: 3, idle: undefined });
  expect(trained).toEqual({ trained: 10 });
  expect(again).toEqual({ asked: 1 });
  expect(idle).toEqual({ claimed: 2, idle: 3 });
});

it('counts no idle time for a lost trainer, or between different trainers', () => {
  const lost: Fact = { type: 'failed', trial: 1, attempt: 1, run: 'r1.1', reason: 'lost' };
  const all = measured(
    [1, suggested(1, 1)],
    [2, started(1), 'w1'],
    [40, lost],
    [41, suggested(1, 4, 2)],
    [42, started(1, 2), 'w1'],
    [43, { type: 'stopped', trial: 1, run: 'r1.2' }, 'w1'],
    [44, suggested(2, 7)],
    [45, started(2), 'w2'],
  );
  expect(all[3]).toEqual({ trained: 38 });
  expect(all.map(({ idle }) => idle).filter((idle) => idle !== undefined)).toEqual([]);
});

it('measures nothing for entries that do not count', () => {
  const [, , , twice] = measured([1, suggested(1, 1)], [2, started(1), 'w1'], [3, started(1), 'w2']);
  expect(twice).toEqual({});
});
