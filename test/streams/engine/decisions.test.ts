import { expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Created, SuggestedFact } from '../../../src/facts/facts.ts';
import { DECISIONS } from '../../../src/facts/versions.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { version } from '../../../src/version.ts';
import { verify } from '../../../streams/engine/verify.ts';
import { asha, chain, float, hyperband, random, space, tpe } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const suggestions = (entries: readonly Entry[]) =>
  entries.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');

/** A study that other decisions began, with three suggestions of theirs, and continued here. */
function continued(decisions: number, versions: Partial<Created>) {
  const { entries, say } = createTestStudy(line, random(), { parallel: 3 });
  const past = entries.map(({ fact, ...entry }, i) => ({
    ...entry,
    fact: i === 0 ? { ...(fact as Created), decisions, ...versions } : fact,
  }));
  say({ type: 'closed', reason: 'person' }); // it suggests no more
  const study = createTestStudy(line, random(), { parallel: 3 }, past);
  study.say({ type: 'completed', trial: 1, values: { value: 1 } });
  return study.entries;
}

it('a suggestion records its decisions if the study began with others, and verify counts those of others', async () => {
  const later = DECISIONS + 1;
  const entries = continued(later, { version: '9.9.9' });
  expect(suggestions(entries).map(({ decisions }) => decisions)).toEqual([undefined, undefined, undefined, DECISIONS]);
  const verdict = await verify(line, random(), async function* () {
    yield entries;
  });
  expect(verdict).toEqual({ recomputed: 1, others: [{ decisions: later, version: '9.9.9', suggestions: 3 }] });
});

it('a new log holds options that were left to a default, and its suggestions record no decisions', () => {
  const created = createdOf(line, chain(asha({ min: 1, max: 9 }), hyperband({ min: 1, max: 9, pause: true }), tpe()), {});
  expect(created).toMatchObject({ decisions: DECISIONS, version });
  expect(created.strategy).toEqual({
    chain: [{ asha: { min: 1, max: 9, eta: 3, pause: false } }, { hyperband: { min: 1, max: 9, eta: 3, pause: true } }, 'tpe'],
  });
  const study = createTestStudy(line, chain(asha({ min: 1, max: 9 }), random()), { trials: 2 });
  expect(suggestions(study.entries).every(({ decisions }) => decisions === undefined)).toBe(true);
});
