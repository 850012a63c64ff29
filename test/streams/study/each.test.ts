import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../streams/core.ts';
import { each, float, type Log, optimize, random, space } from '../../../streams/index.ts';
import { coded } from '../../support/coded.ts';

const line = space({ x: float(-5, 5) });
const questions = Array.from({ length: 12 }, (_, i) => `q${i}`);
/** The result on a question: its own share, and that of the configuration. */
const lossOf = (x: number, question: string) => x ** 2 + questions.indexOf(question) / 10;
const meanOf = (x: number) => questions.reduce((sum, question) => sum + lossOf(x, question), 0) / questions.length;

const factsOf = async (log: Log) => {
  for await (const entries of log.read(1)) return entries.map(({ fact }) => fact as { readonly [name: string]: unknown });
  return [];
};
/** A log that `close` leaves as it is. */
const lasting = (): Log => ({ ...memoryLog(), close: async () => {} });

describe('each', () => {
  it('evaluates good configurations on all examples and stops others, with the mean as the value', async () => {
    const log = lasting();
    let evaluated = 0;
    const objective = each(questions, ({ x }: { readonly x: number }, question) => {
      evaluated++;
      return lossOf(x, question);
    });
    const { best, stopped } = await optimize(line, objective, { strategy: random(), trials: 30, log });
    expect(best!.values.value).toBeCloseTo(meanOf(best!.params.x), 9);
    expect(best!.step).toBe(questions.length);
    expect(stopped).toBeGreaterThan(15);
    expect(evaluated).toBeLessThan(0.3 * 30 * questions.length);
    const [created, ...facts] = await factsOf(log);
    expect(created).toMatchObject({ examples: { count: 12, ids: questions } });
    expect(facts.filter(({ type }) => type === 'reported')).toHaveLength(evaluated);
  });

  it('keeps several values by their names, and sums the metrics', async () => {
    const objective = each([1, 2, 3], async ({ x }: { readonly x: number }, n) => ({
      values: { loss: x ** 2 + n, size: n },
      metrics: { usd: 0.25 },
    }));
    const objectives = { loss: 'minimize', size: 'minimize' } as const;
    const { best } = await optimize(line, objective, { strategy: random(), trials: 1, early: false, objectives });
    expect(best).toMatchObject({ values: { size: 2 }, metrics: { usd: 0.75 } });
    const { best: named } = await optimize(
      line,
      each([1, 2], (_, n) => ({ loss: n })),
      { strategy: random(), trials: 1, objectives: { loss: 'minimize' } },
    );
    expect(named!.values).toEqual({ loss: 1.5 });
  });

  it('gives the means of constraints, and fails a trial whose results have others', async () => {
    const objective = each([1, 2, 3], ({ x }: { readonly x: number }, n) => ({ values: { value: x ** 2 + n }, constraints: [n - 2.5, x] }));
    const { best } = await optimize(line, objective, { strategy: random(), trials: 12, early: false, seed: 3 });
    expect(best!.params.x).toBeLessThanOrEqual(0);
    expect(best!.constraints).toEqual([-0.5, expect.closeTo(best!.params.x, 9)]);
    const forgetful = each([1, 2, 3], ({ x }: { readonly x: number }, n) => ({ values: { value: x }, ...(n < 3 && { constraints: [x] }) }));
    await expect(optimize(line, forgetful, { strategy: random(), trials: 1, early: false, seed: 3 }).result()).rejects.toThrow(
      '1 values and 1 outcome constraints',
    );
    const wrong = each([1, 2], () => ({ values: { value: 1 }, constraints: 3 as unknown as number[] }));
    await expect(optimize(line, wrong, { strategy: random(), trials: 1 }).result()).rejects.toThrow('constraints: expected a list');
    const broken = each([1, 2, 3, 4], () => ({ values: { value: 1 }, constraints: [Number.NaN] }));
    await expect(optimize(line, broken, { strategy: random(), trials: 1, early: false }).result()).rejects.toThrow('constraints[0] is NaN');
  });

  it('ends with the study in the middle of a trial once its metrics have reached a limit', async () => {
    let evaluated = 0;
    const objective = each(questions, ({ x }: { readonly x: number }, question) => {
      evaluated++;
      return { values: { value: lossOf(x, question) }, metrics: { usd: 1 } };
    });
    const { reason } = await optimize(line, objective, { strategy: random(), early: false, spend: { usd: 20 } });
    expect(reason).toBe('spend');
    expect(evaluated - 20).toBeOneOf([0, 1]); // the next one may have begun
  });

  it('does not repeat an example after an abort, and keeps what was measured before an error', async () => {
    const log = lasting();
    const leaving = new AbortController();
    const seen: string[] = [];
    const objective = each(questions, ({ x }: { readonly x: number }, question) => {
      seen.push(question);
      if (seen.length === 5) leaving.abort();
      if (seen.length === 9) throw new Error('no answer');
      return lossOf(x, question);
    });
    const options = { strategy: random(), trials: 1, early: false, retryErrors: true, log } as const;
    expect(await optimize(line, objective, { ...options, signal: leaving.signal })).toMatchObject({ reason: 'aborted' });
    const { best } = await optimize(line, objective, options);
    const again = seen.filter((question, i) => seen.indexOf(question) !== i);
    expect(again).toEqual([seen[4], seen[8]]);
    expect(best!.values.value).toBeCloseTo(meanOf(best!.params.x), 9);
  });

  it('refuses an empty list', () => {
    expect(() => each([], () => 1)).toThrow(coded('invalid-option'));
  });
});
