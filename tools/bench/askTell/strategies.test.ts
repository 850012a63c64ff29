import { describe, expect, it } from 'vitest';
import { strategies } from '../../../streams/spec/catalogue.ts';
import { type AskReply, isBudgeted } from './protocol.ts';
import { session } from './session.ts';

/** Options without which these cannot be made. */
const needed: Readonly<Record<string, object>> = {
  external: { proposer: 'agent', wait: 0 },
  patience: { steps: 2 },
  pbt: { population: 3, interval: 2, max: 6 },
};
/** Only a study has examples. */
const onExamples = ['race'];
const named = Object.keys(strategies).map((name) => [name, name in needed ? { [name]: needed[name] } : name] as const);
const cases: readonly (readonly [title: string, strategy: unknown])[] = [
  ...named,
  ['a chain', { chain: [{ take: [2, 'sobol'] }, { ga: { population: 4 } }] }],
  ['asha around tpe', { chain: [{ asha: { pause: true } }, 'tpe'] }],
  ['asha around auto', { chain: [{ asha: { pause: true } }, 'auto'] }],
  ['a bandit', { bandit: { arms: { evolve: 'ga', model: { until: [{ plateau: 2 }, 'tpe'] } } } }],
];

const X = { type: 'float' as const, low: 1e-4, high: 1, log: true };
const ASKS = 3;

/** None, and more than a strategy could plan for; `confirm` needs one. */
const limitsOf = (strategy: unknown) => [...(strategy === 'confirm' ? [] : [undefined]), 100_000];

describe.each(cases)('ask-tell with %s', (title, strategy) => {
  const examples = onExamples.includes(title) ? 4 : undefined;
  it(examples ? 'refuses a space, which has no examples' : 'answers each request of a space, whatever the budget', async () => {
    const space = { x: X, model: { type: 'categorical', choices: ['svm', 'knn', 'tree'] } } as const;
    for (const budget of [1, ...limitsOf(strategy)]) {
      const begun = session({ cmd: 'init', space, seed: 7, budget: budget ?? null, max_step: isBudgeted(strategy) ? 9 : null }, strategy);
      if (examples) return void (await expect(begun).rejects.toThrow('examples'));
      const { answers, close } = await begun;
      for (let value = 1; value <= ASKS; value++) {
        const { id, params } = (await answers.ask!({} as never)) as AskReply;
        expect(params, `budget ${budget}`).toMatchObject({ x: expect.any(Number), model: expect.any(String) });
        expect(await answers.report!({ id, step: 1, value } as never)).toEqual({ stop: expect.any(Boolean) });
        expect(await answers.tell!({ id, value } as never)).toEqual({ ok: true });
      }
      await close();
    }
  });
});
