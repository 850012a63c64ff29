import { describe, expect, it } from 'vitest';
import { hypertide } from './support.ts';

describe('hypertide dev strategies', () => {
  it('lists every strategy with when to use it', async () => {
    const { code, out } = await hypertide('.', 'dev', 'strategies');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}bo +Use it if evaluations are expensive/m);
    expect(out).toMatch(/^Compositions of strategies\n {2}budget /m);
  });

  it('shows one with its options, what these expect, and their defaults', async () => {
    const { code, out } = await hypertide('.', 'dev', 'strategies', 'sgd');
    expect(code).toBe(0);
    const text = out.replace(/\s+/g, ' ');
    expect(text).toContain('Stochastic gradient descent on hyperparameters');
    expect((await hypertide('.', 'dev', 'strategies', 'patience')).out.replace(/\s+/g, ' ')).toContain('steps (required) A trial is');
    expect(text).toMatch(/rate The longest first step .* Default: 0\.1\./);
  });

  it('prints JSON Schema', async () => {
    const { out } = await hypertide('.', 'dev', 'strategies', 'tpe', '--json');
    expect(JSON.parse(out)).toMatchObject({ type: 'object', properties: { startup: { type: 'integer', minimum: 1, default: 10 } } });
  });

  it('suggests the name that was probably meant', async () => {
    const { code, err } = await hypertide('.', 'dev', 'strategies', 'sbol');
    expect(code).toBe(2);
    expect(err).toMatch(/^hypertide: sbol: expected one of .*; did you mean sobol\?$/m);
  });
});
