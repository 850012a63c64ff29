import { describe, expect, it } from 'vitest';
import { corpusOf, fuzz, makers } from './fuzz.ts';
import { must } from './target.ts';

it.each(['facts', 'output', 'journal', 'study file'])('%s: inputs that were found earlier break no rule', async (name) => {
  const target = await makers[name]!();
  const { failure, inputs } = await fuzz(target, 0, 'test');
  await target.close?.();
  expect(failure).toBeUndefined();
  expect(inputs).toBe(target.seeds.length + corpusOf(name).length);
});

describe('a fuzzer', () => {
  it('finds what fails on few inputs only', async () => {
    const take = (input: string) => {
      must(!input.includes('}{'), 'two objects');
      return '';
    };
    const { failure } = await fuzz({ name: 'fragile', seeds: ['{"a":1}'], take }, 60, 'test');
    expect(failure?.input).toContain('}{');
    expect(failure?.error.message).toBe('it must not happen: two objects');
  });
});
