import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { runs } from '../support/runs.ts';
import { created, line } from './created.ts';

/** A ledger with the effects of its entries. */
function book(settings: object = {}) {
  const ledger = new Ledger(line);
  let position = 0;
  const say = (...facts: readonly object[]) =>
    facts.map((fact) => {
      const applied = ledger.fold({ position: ++position, at: position, fact });
      return applied.refusal?.code ?? applied.effect;
    });
  say({ ...created, ...settings });
  return { ledger, say, demand: () => ledger.demand().type };
}

const suggested = (trial: number, rest: object = {}) => ({
  type: 'suggested',
  trial,
  attempt: 1,
  by: 'random',
  params: { x: 0.1 * trial },
  ...rest,
});
const started = (trial: number, attempt = 1) => ({ type: 'started', trial, attempt, run: `r${trial}` });
const completed = (trial: number, value: number) => ({ type: 'completed', trial, run: `r${trial}`, values: { value } });
const ran = (trial: number, value: number) => [suggested(trial), started(trial), completed(trial, value)];

describe('what a study needs next', () => {
  it('is a trial while there is room for those of processes that have joined', () => {
    const { say, demand } = book({ parallel: 1 });
    say(suggested(1));
    expect(demand()).toBe('nothing');
    say({ type: 'changed', joined: 2 }, suggested(2), suggested(3));
    expect(demand()).toBe('nothing');
    say(started(1), completed(1, 1));
    expect(demand()).toBe('ask');
    say({ type: 'changed', joined: 0 });
    expect(demand()).toBe('nothing');
  });

  it('is another attempt at a lost trial before an enqueued one, and an enqueued one before one of the strategy', () => {
    const { say, demand } = book();
    say({ type: 'enqueued', params: { x: 0.3 } });
    expect(demand()).toBe('queue');
    say(suggested(1), started(1), { type: 'failed', trial: 1, run: 'r1', reason: 'lost' });
    expect(demand()).toBe('retry');
    say(suggested(1, { attempt: 2 }));
    expect(demand()).toBe('queue');
    say(suggested(2, { by: 'queue', params: { x: 0.3 }, queue: 2 }));
    expect(demand()).toBe('ask');
  });

  it('is nothing while it is paused, though a target still ends it', () => {
    const { say, demand } = book({ limits: { trials: 9, target: 0 } });
    say(suggested(1), started(1), { type: 'changed', paused: true });
    expect(demand()).toBe('nothing');
    say(completed(1, -1));
    expect(demand()).toBe('close');
  });

  describe('is a pause when the first trials fail alike', () => {
    const failed = (trial: number, reason = 'error', message = 'no module at 0x7f3ab, 1e-3') => ({
      type: 'failed',
      trial,
      run: `r${trial}`,
      reason,
      message: `${message}${trial}`,
    });
    const failing = (from: number, to: number, ...how: string[]) =>
      Array.from({ length: to - from + 1 }, (_, i) => [suggested(from + i), started(from + i), failed(from + i, ...how)]).flat();
    const paused = (uncounted: number[]) => ({ type: 'changed', paused: true, why: 'no-result', uncounted });
    const pause = (uncounted: number[]) => ({ type: 'change', fact: paused(uncounted) });
    const few = { parallel: 20, limits: { trials: 20 } };

    it('with messages that differ by numbers only, and once, with what fails later', () => {
      const { say, ledger } = book(few);
      say(...failing(1, 2), suggested(3), started(3), suggested(4), started(4));
      expect(ledger.demand().type).toBe('ask');
      say(failed(3));
      expect(ledger.demand()).toEqual(pause([1, 2, 3]));
      say(paused([1, 2, 3]));
      expect([ledger.demand().type, ledger.configurations]).toEqual(['nothing', 1]);
      say(failed(4));
      expect(ledger.demand()).toEqual(pause([4]));
    });

    it('after ten failures of several kinds, and after one without a value that counts', () => {
      const several = book(few);
      several.say(...failing(1, 8), suggested(9), started(9), failed(9, 'timeout'));
      expect(several.demand()).toBe('change');
      const kinds = book(few);
      kinds.say(...failing(1, 2), suggested(3), started(3), failed(3, 'timeout'), ...failing(4, 9));
      expect(kinds.demand()).toBe('ask');
      kinds.say(...failing(10, 10));
      expect(kinds.demand()).toBe('change');
      const silent = book(few);
      silent.say(...failing(1, 1, 'no-result'));
      expect(silent.demand()).toBe('change');
    });

    it('until one that is open has a result', () => {
      const { say, ledger } = book(few);
      say(suggested(1), started(1), ...failing(2, 4), paused([2, 3, 4]), completed(1, 0.5));
      expect(ledger.demand()).toEqual({ type: 'change', fact: { type: 'changed', paused: false } });
    });

    it('but not if a trial has a result, if configurations are infeasible or lost, or in a study that is paused or closed', () => {
      const cases: readonly (readonly object[])[] = [
        [...ran(1, 0.5), ...failing(2, 5)],
        failing(1, 5, 'infeasible'),
        [{ type: 'changed', paused: true }, ...failing(1, 5)],
        [{ type: 'closed', reason: 'person' }, ...failing(1, 5)],
      ];
      for (const facts of cases) {
        const { say, demand } = book(few);
        say(...facts);
        expect(demand()).not.toBe('change');
      }
    });

    it('again after one more such failure when a program starts again, and after three when a person says that it is right', () => {
      const { say, demand } = book(few);
      say(...failing(1, 3), paused([1, 2, 3]), { type: 'changed', paused: false, by: 'start' });
      expect(demand()).toBe('ask');
      say(...failing(4, 4));
      expect(demand()).toBe('change');
      say(paused([4]), { type: 'changed', paused: false }, ...failing(5, 6));
      expect(demand()).toBe('ask');
      say(...failing(7, 7));
      expect(demand()).toBe('change');
    });
  });
});

describe('a log', () => {
  it('begins with one created fact, which may be stored twice', () => {
    const empty = new Ledger(line);
    expect(empty.fold({ position: 1, at: 0, fact: suggested(1) }).refusal?.code).toBe('out-of-place');
    const { say, ledger } = book();
    expect(say(created, { ...created, seed: '1' })).toEqual(['noted', 'out-of-place']);
    expect(ledger.settings.seed).toBe('0');
  });

  it('would refuse a command exactly if it then does', () => {
    const commands = fc.oneof(
      fc.double({ min: -1, max: 2, noNaN: true }).map((x) => ({ type: 'enqueued', params: { x } }) as const),
      fc.integer({ min: 1, max: 4 }).map((trial) => ({ type: 'retracted', trial }) as const),
      fc.integer({ min: 1, max: 4 }).map((trial) => ({ type: 'cancelled', trial }) as const),
      fc.integer({ min: 1, max: 4 }).map((trial) => ({ type: 'annotated', trial, note: 'odd' }) as const),
    );
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 6 }), (facts) => {
        const { say, ledger } = book();
        say(...ran(1, 0.5), suggested(2), started(2), suggested(3));
        for (const fact of facts) {
          const before = ledger.refuses(fact as Fact & typeof fact);
          expect(ledger.fold({ position: ledger.position + 1, at: 0, fact }).refusal).toEqual(before);
        }
      }),
      { numRuns: runs(300, 60) },
    );
  });
});
