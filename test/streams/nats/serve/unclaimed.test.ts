import { describe, expect, it } from 'vitest';
import type { SuggestedFact, TrialEvent } from '../../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../../src/ledger/ledger.ts';
import type { OpenTrial } from '../../../../src/ledger/trial.ts';
import type { TrialId } from '../../../../src/strategy/messages.ts';
import { createTestStudy } from '../../../../src/testing/testStudy.ts';
import { random } from '../../../../streams/index.ts';
import { Unclaimed } from '../../../../streams/nats/serve/unclaimed.ts';
import { box } from '../../../support/engine.ts';

const LEASE = 100;

/** A study with four open trials, and what is known of its attempts. */
function watched() {
  const study = createTestStudy(box, random(), { trials: 20, parallel: 4 });
  const ledger = new Ledger(box);
  const unclaimed = new Unclaimed(() => ledger.open, LEASE);
  const readAt = (now: number) => {
    for (const entry of study.entries.slice(ledger.position)) unclaimed.apply(ledger.fold(entry), now);
  };
  readAt(0);
  const say = (fact: TrialEvent, now: number) => {
    study.say(fact);
    readAt(now);
  };
  const claim = (trial: number, now: number, attempt = 1) => say({ type: 'started', trial, attempt, run: `${trial}.${attempt}` }, now);
  const passedOver = () => [...ledger.open.keys()].filter((trial) => unclaimed.isPassedOver(trial));
  /** The position of the suggestion of an attempt. */
  const at = (trial: number, attempt = 1) =>
    study.entries.find(({ fact }) => {
      const { type, ...more } = fact as SuggestedFact;
      return type === 'suggested' && more.trial === trial && more.attempt === attempt;
    })!.position;
  return { unclaimed, say, claim, passedOver, at };
}

it('attempts are counted until they are claimed or end, and apart if only certain trainers may claim them', () => {
  const open = new Map<TrialId, OpenTrial<unknown>>();
  const unclaimed = new Unclaimed(() => open, LEASE);
  const note = (type: 'suggested' | 'started' | 'failed', trial: TrialId, now: object) => {
    open.set(trial, { proposal: { id: trial, by: 'random' }, suggestion: {}, awaiting: false, ...now } as OpenTrial<unknown>);
    unclaimed.apply({ fact: { type, trial }, position: trial } as AppliedEntry, 0);
    return [unclaimed.count, unclaimed.forAll];
  };
  expect(note('suggested', 1, {})).toEqual([1, 1]);
  expect(note('suggested', 2, {})).toEqual([2, 2]);
  expect(note('started', 1, { run: 'r' })).toEqual([1, 1]);
  expect(note('failed', 1, { run: 'r', awaiting: true })).toEqual([1, 1]);
  expect(note('suggested', 1, { suggestion: { avoid: ['w1'] } })).toEqual([2, 1]);
  expect(note('started', 1, { suggestion: { avoid: ['w1'] }, run: 'r2' })).toEqual([1, 1]);
  expect(note('suggested', 3, { proposal: { id: 3, by: 'import' } })).toEqual([1, 1]);
});

describe('an attempt is passed over', () => {
  it('if later ones are claimed at two times a lease apart', () => {
    const { claim, passedOver } = watched();
    claim(2, 10);
    claim(3, 10 + LEASE - 1);
    expect(passedOver()).toEqual([]);
    claim(4, 10 + LEASE);
    expect(passedOver()).toEqual([1]);
  });

  it('if the consumer has delivered it and trainers wait, at two times a lease apart', () => {
    const { unclaimed, passedOver, at } = watched();
    for (const now of [10, 10 + LEASE]) unclaimed.passOver(at(2), now);
    expect(passedOver()).toEqual([1, 2]);
  });

  it('but not if it waits because all trainers are busy, however long', () => {
    const { unclaimed, claim, say, passedOver } = watched();
    claim(1, 10);
    for (let trial = 1, now = 10; trial < 10; trial++, now += 10 * LEASE) {
      unclaimed.passOver(0, now); // no pull waits
      say({ type: 'completed', trial, run: `${trial}.1`, values: { value: 1 } }, now);
      claim(trial + 1, now);
      expect(passedOver()).toEqual([]);
    }
  });

  it('but not its next attempt, which is offered after all others', () => {
    const { unclaimed, say, claim, passedOver, at } = watched();
    for (const now of [10, 10 + LEASE]) unclaimed.passOver(Number.POSITIVE_INFINITY, now);
    expect(passedOver()).toEqual([1, 2, 3, 4]);
    say({ type: 'failed', trial: 1, attempt: 1, reason: 'lost' }, 120);
    for (const trial of [2, 3, 4]) claim(trial, 130 + trial * LEASE);
    expect(passedOver()).toEqual([]);
    expect([unclaimed.count, unclaimed.from]).toEqual([1, at(1, 2)]);
  });

  it('but not before a new consumer has had its time', () => {
    const { unclaimed, passedOver } = watched();
    for (const now of [10, 10 + LEASE]) unclaimed.passOver(Number.POSITIVE_INFINITY, now);
    unclaimed.renew();
    expect(passedOver()).toEqual([]);
    unclaimed.passOver(Number.POSITIVE_INFINITY, 10 + 2 * LEASE);
    expect(passedOver()).toEqual([]);
  });
});
