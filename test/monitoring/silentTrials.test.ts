import { expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { SilentTrials } from '../../src/monitoring/silentTrials.ts';
import { float, random, space } from '../../streams/index.ts';
import { createdOf } from '../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const created = createdOf(line, random(), { study: 's', objectives: { loss: 'minimize' }, seed: 1, parallel: 4 });
const begun = (trial: number, attempt = 1): Fact[] => [
  { type: 'suggested', trial, attempt, by: 'random', params: { x: 0.5 } },
  { type: 'started', trial, attempt, run: `r${trial}.${attempt}` },
];
const reported = (trial: number, step: number): Fact => ({ type: 'reported', trial, run: `r${trial}.1`, step, values: { loss: 1 } });
const completed = (trial: number): Fact => ({ type: 'completed', trial, run: `r${trial}.1`, values: { loss: 1 } });

function silent() {
  const ledger = new Ledger(line);
  const trials = new SilentTrials();
  const say = (minute: number, ...facts: readonly Fact[]) => {
    for (const fact of facts) trials.fold(ledger.fold({ position: ledger.position + 1, at: minute * 60_000, fact }));
  };
  say(0, created);
  return {
    say,
    at: (minute: number) => {
      const longest = trials.longest(minute * 60_000);
      return [longest === undefined ? undefined : longest / 60_000, trials.stuck(minute * 60_000)];
    },
  };
}

it('a trial is stuck after five times the usual pause between its claim, its reports and its end', () => {
  const { say, at } = silent();
  for (let trial = 1; trial <= 5; trial++) say(2 * trial, ...begun(trial));
  for (let trial = 1; trial <= 5; trial++) say(2 * trial + 2, reported(trial, 1)); // pauses of two minutes
  say(20, ...begun(6), completed(1), completed(2), completed(3), completed(4));
  expect(at(21)).toEqual([9, 0]); // nine pauses are not enough to say
  say(22, completed(5));
  expect(at(30)).toEqual([10, 0]);
  say(40, reported(6, 1));
  expect(at(141)).toEqual([101, 1]);
  say(142, reported(6, 2));
  expect(at(143)).toEqual([1, 0]);
});

it('a trial that waits for a trainer, again or still, is not stuck', () => {
  const { say, at } = silent();
  for (let trial = 1; trial <= 10; trial++) say(trial, ...begun(trial), completed(trial));
  say(20, ...begun(11), begun(12)[0]!);
  expect(at(30)).toEqual([10, 1]);
  say(31, { type: 'failed', trial: 11, run: 'r11.1', reason: 'lost' });
  expect(at(60)).toEqual([undefined, 0]);
  say(70, ...begun(11, 2));
  expect(at(71)).toEqual([1, 0]);
});
