import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/facts/entry.ts';
import { check, type DiaryLine, type Fault } from './checker.ts';

/** A log of engine facts and, as pairs, facts of trainers: one entry every 10 ms. */
const logOf = (...said: readonly (object | readonly [author: string, fact: object])[]): Entry[] =>
  said.map((one, i) => {
    const entry = { position: i + 1, at: 10 * i };
    return Array.isArray(one) ? { ...entry, author: one[0] as string, fact: one[1] } : { ...entry, fact: one };
  });
const begun = (trainer: string, trial: number, attempt = 1): DiaryLine => ({ type: 'begun', trial, attempt, trainer });

const created = { type: 'created' };
const suggested = (trial: number, attempt = 1) => ({ type: 'suggested', trial, attempt });
const started = (trainer: string, trial: number, attempt = 1) =>
  [trainer, { type: 'started', trial, attempt, run: `${trainer}${trial}` }] as const;
const completed = (trainer: string, trial: number) => [trainer, { type: 'completed', trial, run: `${trainer}${trial}` }] as const;
const lost = (trainer: string, trial: number) => ({ type: 'failed', reason: 'lost', trial, run: `${trainer}${trial}` });
const closed = { type: 'closed' };

const judged = (entries: readonly Entry[], diary: readonly DiaryLine[], faults: readonly Fault[] = []) =>
  check({ entries, diary, faults, trials: 1, longestStall: 1000, longestWait: 800 }).violations;

describe('the checker finds nothing', () => {
  it('in a log without faults', () => {
    expect(judged(logOf(created, suggested(1), started('a', 1), completed('a', 1), closed), [begun('a', 1)])).toEqual([]);
  });

  it('in a log where a trainer was killed and another one took over', () => {
    const log = logOf(created, suggested(1), started('a', 1), lost('a', 1), suggested(1, 2), started('b', 1, 2), completed('b', 1), closed);
    expect(judged(log, [begun('a', 1), begun('b', 1, 2)], [{ kind: 'kill', of: 'a' }])).toEqual([]);
  });

  it('in a log where the result of a lost run still came first', () => {
    const log = logOf(created, suggested(1), started('a', 1), lost('a', 1), suggested(1, 2), completed('a', 1), closed);
    expect(judged(log, [begun('a', 1)], [{ kind: 'stop', of: 'a' }])).toEqual([]);
  });
});

describe('an attempt that is suggested after the result', () => {
  /** The engine decides at an entry, and a late result comes before its suggestion is stored. */
  const log = (after: number) =>
    logOf(created, suggested(1), started('a', 1), lost('a', 1), completed('a', 1), { ...suggested(1, 2), after }, closed);

  it('is no violation if the engine could not know the result', () => {
    expect(judged(log(4), [begun('a', 1)], [{ kind: 'link', of: 'a' }])).toEqual([]);
  });

  it('is a violation if the engine knew it', () => {
    expect(judged(log(5), [begun('a', 1)], [{ kind: 'link', of: 'a' }])).toEqual(['entry 6: attempt 2 at trial 1 is not due']);
  });
});

it('a suggestion of an engine that had not read a change only uses up its number', () => {
  const log = (after: number) =>
    judged(logOf(created, { type: 'changed' }, { ...suggested(1), after }, suggested(2), started('a', 2), completed('a', 2), closed), [
      begun('a', 2),
    ]);
  expect(log(1)).toEqual([]);
  expect(log(2)).toEqual(['2 trials were suggested instead of 1', 'trial 1 ended 0 times']);
});

describe('the checker finds', () => {
  it('two engines that decide at once, as they do without a fence', () => {
    const log = logOf(created, suggested(1), suggested(1), started('a', 1), completed('a', 1), closed);
    expect(judged(log, [begun('a', 1)])).toEqual(['entry 3: trial 1 is suggested twice']);
  });

  it('two trainers of one attempt, as there are without the rule of claims', () => {
    const log = logOf(created, suggested(1), started('a', 1), started('b', 1), completed('a', 1), completed('b', 1), closed);
    expect(judged(log, [begun('a', 1), begun('b', 1)])).toEqual(['1 trainings were wasted by 0 faults']);
  });

  it('a healthy run that counts as lost, as it does when a suspended engine does not restart its deadlines', () => {
    const log = logOf(created, suggested(1), started('a', 1), lost('a', 1), suggested(1, 2), started('b', 1, 2), completed('b', 1), closed);
    const faults: Fault[] = [{ kind: 'stop', of: 'engine' }];
    expect(judged(log, [begun('a', 1), begun('b', 1, 2)], faults)).toEqual([
      'entry 4: trial 1 was taken from a, which nothing had happened to',
    ]);
  });

  it('a trial that did not end or was never suggested, and a study that did not close', () => {
    expect(judged(logOf(created, suggested(1), started('a', 1)), [begun('a', 1)], [{ kind: 'kill', of: 'a' }])).toEqual([
      'the study did not close',
      'trial 1 ended 0 times',
    ]);
    expect(judged(logOf(created, closed), [])).toEqual(['0 trials were suggested instead of 1']);
  });

  it('an attempt that was not due', () => {
    const log = logOf(created, suggested(1), started('a', 1), completed('a', 1), suggested(1, 2), closed);
    expect(judged(log, [begun('a', 1)])).toEqual(['entry 5: attempt 2 at trial 1 is not due']);
  });

  it('an attempt that no trainer takes, though others are claimed', () => {
    const later = (entries: readonly Entry[], from: number) =>
      entries.map((entry, i) => (i < from ? entry : { ...entry, at: entry.at + 900 }));
    const log = logOf(created, suggested(1), started('a', 1), completed('a', 1), closed);
    const late = ['attempt 1 at trial 1 waited for a trainer for 0.9 s'];
    expect(judged(later(log, 2), [begun('a', 1)])).toEqual(late);
    const never = check({ entries: log.slice(0, 2), diary: [], faults: [], trials: 1, longestStall: 1000, longestWait: 800, readAt: 910 });
    expect(never.violations).toEqual([...late, 'the study did not close', 'trial 1 ended 0 times']);
  });

  it('a long silence', () => {
    const log = logOf(created, suggested(1), started('a', 1), completed('a', 1), closed);
    const late = [...log.slice(0, -1), { ...log.at(-1)!, at: 5000 }];
    expect(judged(late, [begun('a', 1)])).toEqual([expect.stringContaining('nothing happened for 5.0 s before entry 5')]);
    const outage = (from: number, until: number): Fault => ({ kind: 'kill', of: 'server', down: { from, until } });
    expect(judged(late, [begun('a', 1)], [outage(500, 4700)])).toEqual([]); // the server was down for most of it
    expect(judged(late, [begun('a', 1)], [outage(-4000, 200)])).toEqual([expect.stringContaining('nothing happened for 4.8 s')]);
  });
});
