import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';

const line = space({ x: float(0, 1) });

/** A study of two configurations: trial 1 has failed, trial 2 has a result. */
function study() {
  const ledger = new Ledger(line);
  const rows = new TrialRows<{ readonly x: number }>();
  let position = 0;
  const fold = (fact: object) => {
    const applied = ledger.fold({ fact, position: ++position, at: 0 });
    rows.apply(applied);
    return applied;
  };
  const suggest = (trial: number, more: object = {}) =>
    fold({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: trial / 10 }, ...more });
  const end = (trial: number, fact: object) => {
    fold({ type: 'started', trial, attempt: 1, run: `${trial}` });
    fold({ trial, run: `${trial}`, ...fact });
  };
  fold(createdOf(line, random(), { study: 's', seed: '1', trials: 2 }));
  suggest(1);
  end(1, { type: 'failed', reason: 'error' });
  suggest(2);
  end(2, { type: 'completed', values: { value: 1 } });
  return { ledger, rows, fold, suggest, end };
}

describe('failed trials that do not count', () => {
  it('leave their places to others, in a study that has closed as well', () => {
    const { ledger, rows, fold } = study();
    expect(ledger.demand()).toEqual({ type: 'close', reason: 'trials' });
    fold({ type: 'closed', reason: 'trials' });
    fold({ type: 'changed', uncounted: [1] });
    expect(ledger.closed).toBeUndefined();
    expect(ledger.configurations).toBe(1);
    expect(ledger.demand()).toEqual({ type: 'ask', fresh: true });
    expect([rows.get(1)?.uncounted, rows.get(2)?.uncounted, rows.uncounted]).toEqual([true, undefined, 1]);
  });

  it('are left out once, and only if they have failed', () => {
    const { ledger, rows, fold, suggest } = study();
    suggest(3);
    for (let i = 0; i < 2; i++) fold({ type: 'changed', uncounted: [1, 2, 3, 9] });
    expect(ledger.configurations).toBe(2);
    expect(rows.uncounted).toBe(1);
    expect(ledger.refuses({ type: 'changed', uncounted: [1] })).toBeUndefined();
    for (const trial of [2, 3, 9])
      expect(ledger.refuses({ type: 'changed', uncounted: [1, trial] })).toMatchObject({
        code: 'bad-field',
        message: `uncounted: expected trials that failed, got ${trial}`,
      });
  });

  it('are no configurations if they resumed one: their places were free', () => {
    const { ledger, fold, suggest, end } = study();
    suggest(3, { resumes: 2 });
    end(3, { type: 'failed', reason: 'error' });
    fold({ type: 'changed', uncounted: [3] });
    expect(ledger.configurations).toBe(2);
  });
});
