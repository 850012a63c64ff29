import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import { decide, parseIntent, RefusedError } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';

const line = space({ x: float(0, 1) });

/** A study with one trial that is completed and one that is open. */
function studyOf(...more: readonly Fact[]): Ledger<{ readonly x: number }> {
  const ledger = new Ledger(line);
  const facts: readonly Fact[] = [
    createdOf(line, random(), { trials: 5, seed: 1 }),
    { type: 'suggested', trial: 1, attempt: 1, by: 'random', params: { x: 0.1 } },
    { type: 'completed', trial: 1, values: { value: 0.5 } },
    { type: 'suggested', trial: 2, attempt: 1, by: 'random', params: { x: 0.2 } },
    ...more,
  ];
  for (const [i, fact] of facts.entries()) expect(ledger.fold({ position: i + 1, at: i, fact }).refusal).toBeUndefined();
  return ledger;
}
const decided = (intent: Intent, ledger = studyOf()) => decide(intent, ledger, (strategy) => strategy);

describe('an intent', () => {
  it.each<[Intent, string]>([
    [{ type: 'retract', trial: 2 }, 'open'],
    [{ type: 'change', parallel: -1 }, 'bad-field'],
    [{ type: 'retract' } as never, 'missing-field'],
  ])('%j is refused as %s, and changes nothing', (intent, code) => {
    const ledger = studyOf();
    expect(decided(intent, ledger)).toMatchObject({ code });
    expect(decided({ type: 'cancel', trial: 2 }, ledger)).toEqual({ type: 'cancelled', trial: 2 });
  });

  it('closes a study once, and needs a study', () => {
    expect(decided({ type: 'close' }, studyOf({ type: 'closed', reason: 'trials' }))).toMatchObject({ code: 'closed' });
    expect(decided({ type: 'close' }, new Ledger(line))).toMatchObject({ code: 'not-begun' });
  });

  it('is refused if it enqueues a configuration that would never be tried', () => {
    const ended = (reason: 'trials' | 'target') => studyOf({ type: 'closed', reason });
    expect(decided({ type: 'enqueue', params: { x: 0.3 } }, ended('trials'))).toMatchObject({ type: 'enqueued' });
    expect(decided({ type: 'enqueue', params: { x: 0.3 } }, ended('target'))).toMatchObject({ code: 'closed' });
    expect(decided({ type: 'enqueue', params: { x: 7 } }, ended('target'))).toMatchObject({ code: 'bad-field' });
  });

  it('is read from data', () => {
    expect(parseIntent({ type: 'retract', trial: 1 })).toEqual({ type: 'retract', trial: 1 });
    for (const data of [undefined, 'close', { type: 'explode' }])
      expect(() => parseIntent(data), JSON.stringify(data)).toThrow(RefusedError);
  });
});

it('an error has a reason and advice', () => {
  expect(new RefusedError({ code: 'open', message: 'trial 2 is still open' })).toMatchObject({
    code: 'open',
    message: 'trial 2 is still open; cancel it, or wait for its end',
    todo: 'cancel it, or wait for its end',
  });
});
