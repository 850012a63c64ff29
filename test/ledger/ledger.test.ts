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
