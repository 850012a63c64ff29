import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Created, SuggestedFact } from '../../../src/facts/facts.ts';
import { DECISIONS } from '../../../src/facts/versions.ts';
import { runFleet } from '../../../src/testing/fleet.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { version } from '../../../src/version.ts';
import { strategyOf } from '../../../streams/engine/replay.ts';
import { verify } from '../../../streams/engine/verify.ts';
import {
  asha,
  bohb,
  chain,
  choice,
  createStudy,
  float,
  hyperband,
  memoryLog,
  random,
  type Strategy,
  space,
} from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
type Name = 'default' | 'stop' | 'hyperband' | 'hundred';
/** Logs that hypertide 0.1.0 wrote, which had decisions 1: `asha` without an option, with `mode: stop` and up to 100, and `hyperband`. */
const logs = JSON.parse(readFileSync(new URL('./decisions1.json', import.meta.url), 'utf8')) as Record<Name, Entry[]>;
const createdIn = (entries: readonly Entry[]) => entries[0]!.fact as Created;
const suggestions = (entries: readonly Entry[]) =>
  entries.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');

/** Continues a log until no trial is open: reports come step by step, and a trial ends when it is stopped. */
function finish(entries: readonly Entry[], strategy: Strategy) {
  const study = createTestStudy(line, strategy, {}, entries);
  while (!study.finished) {
    const [trial, { suggestion, step: last = 0 }] = [...study.engine.ledger.open][0]!;
    const valueAt = (step: number) => ({ value: ((suggestion.params.x as number) - 0.3) ** 2 + 1 / step });
    const isStopped = () => study.given.some(({ directive }) => directive.type === 'stop' && directive.trial === trial);
    for (let step = last + 1; step <= suggestion.budget! && !isStopped(); step++)
      study.say({ type: 'reported', trial, step, values: valueAt(step) });
    study.say(isStopped() ? { type: 'stopped', trial } : { type: 'completed', trial, values: valueAt(suggestion.budget!) });
  }
  return study.entries.slice(entries.length);
}

it.each([
  ['default', asha({ min: 1, max: 9 }), 'pauses'],
  ['stop', asha({ min: 1, max: 9 }), 'stops'],
  ['hyperband', hyperband({ min: 1, max: 9 }), 'pauses'],
] as const)('a study of decisions 1 continues as it started: %s', (name, early, how) => {
  const past = logs[name];
  const strategies = name === 'stop' ? [strategyOf(createdIn(past))] : [strategyOf(createdIn(past)), chain(early, random())];
  for (const strategy of strategies) {
    const since = finish(past, strategy);
    const facts = suggestions(since);
    expect(facts.length).toBeGreaterThan(4);
    expect(facts.every(({ decisions }) => decisions === DECISIONS)).toBe(true);
    expect(facts.some(({ resumes }) => resumes !== undefined)).toBe(how === 'pauses');
    expect(since.some(({ fact }) => (fact as { type: string }).type === 'stopped')).toBe(how === 'stops');
  }
});

it('a study that paused trials at 1, 3, 9 and 27 of 100 continues at the rungs of today', () => {
  const past = logs.hundred;
  const paused = new Map(suggestions(past).map(({ trial, budget }) => [trial, budget!]));
  expect([...new Set(paused.values())]).toEqual([1, 3, 9, 27]);
  const since = suggestions(finish(past, strategyOf(createdIn(past))));
  const resumed = since.flatMap(({ trial, budget, resumes }) => {
    paused.set(trial, budget!);
    return resumes === undefined ? [] : [`${paused.get(resumes)} to ${budget}`];
  });
  expect(resumed.slice(0, 4)).toEqual(['9 to 10', '9 to 10', '9 to 10', '27 to 32']);
  expect(new Set(resumed)).toEqual(new Set(['9 to 10', '27 to 32', '1 to 3', '3 to 10', '10 to 32', '32 to 100']));
});

/** The first 18 suggestions of studies that had decisions 2, whose strategies kept their state in tags as prose. */
const proseLogs = JSON.parse(readFileSync(new URL('./decisions2.json', import.meta.url), 'utf8')) as Record<string, Entry[]>;
const mixed = space({ x: float(0, 1), k: choice(['a', 'b']) });

it.each(Object.keys(proseLogs))('a study of decisions 2 continues from its results, and reads nothing from its tags: %s', (name) => {
  const past = proseLogs[name]!;
  const continued = (entries: readonly Entry[]) => {
    const study = createTestStudy(mixed, strategyOf(createdIn(past)), {}, entries);
    runFleet(study, 'later', { curve: ({ x, k }, step) => (x - 0.3) ** 2 + (k === 'a' ? 0 : 0.2) + 1 / (step + 1), steps: 2 });
    expect(study.finished).toBe(true);
    return suggestions(study.entries.slice(entries.length));
  };
  const later = continued(past);
  expect(later).toHaveLength(12);
  expect(later.every(({ decisions }) => decisions === DECISIONS)).toBe(true);
  const withoutTags = past.map(({ fact, ...entry }) => {
    const { tags: _, ...bare } = fact as SuggestedFact;
    return { ...entry, fact: bare };
  });
  expect(continued(withoutTags)).toEqual(later);
});

it('verify counts what older decisions suggested, names their version, and recomputes the rest', async () => {
  const past = logs.default;
  const entries = [...past, ...finish(past, strategyOf(createdIn(past)))];
  const verdict = await verify(line, strategyOf(createdIn(past)), async function* () {
    yield entries;
  });
  expect(verdict).toEqual({
    recomputed: suggestions(entries).length - suggestions(past).length,
    others: [{ decisions: 1, version: '0.1.0', suggestions: suggestions(past).length }],
  });
});

it('a new log holds options that were left to a default, and its suggestions need no mark', () => {
  const created = createdOf(line, chain(asha({ min: 1, max: 9 }), bohb({ min: 1, max: 9, mode: 'synchronous' })), {});
  expect(created).toMatchObject({ decisions: DECISIONS, version });
  expect(created.strategy).toEqual({
    chain: [
      { asha: { min: 1, max: 9, eta: 3, pause: false } },
      { hyperband: { min: 1, max: 9, eta: 3, mode: 'synchronous', pause: true } },
      'tpe',
    ],
  });
  const study = createTestStudy(line, chain(asha({ min: 1, max: 9 }), random()), { trials: 2 });
  expect(suggestions(study.entries).every(({ decisions }) => decisions === undefined)).toBe(true);
});

it.each([
  ['default', asha({ min: 1, max: 9 }), undefined],
  ['default', asha({ min: 1, max: 9, pause: true }), undefined],
  ['default', asha({ min: 1, max: 9, pause: false }), 'strategy.chain.0.asha.pause is true in the log, but false here'],
  ['stop', asha({ min: 1, max: 9, eta: 3, pause: false }), undefined],
  ['stop', asha({ min: 1, max: 9, pause: true }), 'strategy.chain.0.asha.pause is false in the log, but true here'],
  ['hyperband', hyperband({ min: 1, max: 9 }), undefined],
  ['hyperband', hyperband({ min: 1, max: 9, pause: false }), 'pause is true in the log, but false here'],
] as const)('a log of decisions 1 (%s) is compared with a strategy by the defaults of then', async (name, early, difference) => {
  const log = memoryLog();
  for (const { fact } of logs[name]) await log.append(fact as Created);
  const study = createStudy(line, { strategy: chain(early, random()), resumes: true, log });
  if (difference === undefined) expect(await study.ask()).toBeDefined();
  else await expect(study.ask()).rejects.toThrow(difference);
  await study.close();
});
