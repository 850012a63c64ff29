import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Fault } from '../checker.ts';
import { faultsIn, gapIn, rateIn } from './judge.ts';

/** A log of facts of the engine and, as pairs, of workers: one entry a second. */
const logOf = (...said: readonly (object | readonly [author: string, fact: object])[]) => ({
  study: 's',
  trials: 1,
  entries: said.map((one, i): Entry => {
    const entry = { position: i + 1, at: 1000 * i };
    return Array.isArray(one) ? { ...entry, author: one[0] as string, fact: one[1] } : { ...entry, fact: one };
  }),
});
const suggested = { type: 'suggested', trial: 1, attempt: 1, params: { x: 0.5 } };
const started = (worker: string) => [worker, { type: 'started', trial: 1, attempt: 1, run: worker }] as const;
const completed = (worker: string, value = 0.5) => [worker, { type: 'completed', trial: 1, run: worker, values: { value } }] as const;
const closed = { type: 'closed' };
const log = logOf({ type: 'created' }, suggested, started('a'), completed('a'), closed);
const judged = (of: ReturnType<typeof logOf>, diary: readonly string[], faults: readonly Fault[] = []) => faultsIn([of], diary, faults);

it('finds nothing in a log in which all is as the programs noted', () => {
  expect(judged(log, ['begun a s 1 1 2000', 'told a s 1 1 2000', 'begun a other 1 1 2000'])).toEqual([]);
});

describe('finds', () => {
  it('what a program printed and the log does not have', () => {
    const diary = ['begun a s 1 1 2000', 'begun b s 1 1 2000', 'told b s 1 1 2000'];
    const lost = 's: what b printed in attempt 1 at trial 1 is not in the log';
    const during = (from: number, until: number): Fault => ({ kind: 'stop', of: 'b', during: { from, until } });
    expect(judged(log, diary, [{ kind: 'stop', of: 'a' }])).toContain(lost);
    expect(judged(log, diary, [during(0, 2000)])).toContain(lost);
    expect(judged(log, diary, [during(0, 2001)])).not.toContain(lost);
  });

  it('a result of another configuration', () => {
    const other = logOf({ type: 'created' }, suggested, started('a'), completed('a', 0.7), closed);
    expect(judged(other, ['begun a s 1 1 2000'])).toEqual(['s: trial 1 has the result of another configuration']);
  });

  it('an attempt that was begun twice, unless servers came and went, or a worker hung', () => {
    const diary = ['begun a s 1 1 2000', 'begun b s 1 1 2000'];
    const fault: Fault = { kind: 'stop', of: 'server', during: { from: 1000, until: 3000 } };
    const calm: Fault = { kind: 'stop', of: 'server', during: { from: 3000, until: 4000 } };
    expect(judged(log, diary, [calm])).toEqual(['s: attempt 1 at trial 1 was begun by a and b']);
    expect(judged(log, diary, [fault])).toEqual([]);
    expect(judged(log, diary, [{ kind: 'stop', of: 'b' }])).toEqual([]);
  });

  it('an entry that a reader has not got', () => {
    const { entries, ...of } = log;
    expect(
      judged({ ...of, entries: entries.map((one) => ({ ...one, position: one.position + (one.position > 2 ? 1 : 0) })) }, [
        'begun a s 1 1 2000',
      ]),
    ).toEqual(['s: entry 3 was not read']);
  });
});

it('measures pauses that overlap with a time, and trials a second', () => {
  const two = logOf(suggested, {}, {}, suggested, {}, suggested);
  expect(gapIn([two], { from: 2000, until: 2500 })).toEqual({ gap: 3, study: 's' });
  expect(gapIn([two], { from: 3500, until: 9000 })).toEqual({ gap: 2, study: 's' });
  expect(rateIn([log], [{ from: 2000, until: 4000 }])).toBe(0.5);
});
