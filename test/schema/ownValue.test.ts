import { expect, it } from 'vitest';
import { table } from '../../src/cli/terminal/table.ts';
import { lossesOf } from '../../src/ledger/settings.ts';
import { ownValue } from '../../src/schema/ownValue.ts';
import type { TrialRow } from '../../src/study/trials.ts';

const INHERITED = ['constructor', 'toString', '__proto__'];

it('a record has only what was put into it', () => {
  const record = JSON.parse('{"a":1,"__proto__":2}') as Record<string, number>;
  expect(['a', '__proto__', 'constructor', 'b'].map((name) => ownValue(record, name))).toEqual([1, 2, undefined, undefined]);
  expect(ownValue(undefined, 'constructor')).toBeUndefined();
});

it.each(INHERITED)('a value %s leaves the cells of other trials empty', (name) => {
  const row = (trial: number, values: string) => ({ trial, status: 'completed', by: 'random', params: {}, values: JSON.parse(values) });
  const text = table([row(1, `{"loss":1,"${name}":2}`), row(2, '{"loss":3}')] as TrialRow[], 0);
  expect(text.split('\n').at(-1)).toMatch(/^2 +3 +completed +random$/);
});

it.each(INHERITED)('a result without the value of an objective %s lacks it', (name) => {
  const objectives = [{ name, direction: 'minimize' as const }];
  expect(lossesOf(objectives, { loss: 1 })).toBe(name);
  expect(lossesOf(objectives, JSON.parse(`{"${name}":1}`))).toEqual([1]);
});
