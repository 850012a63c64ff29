import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askTell } from '../../../src/cli/commands/dev/askTell.ts';
import { isBudgeted } from '../../../src/host/askTell/protocol.ts';
import { strategies } from '../../../streams/spec/catalogue.ts';

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

const X = { type: 'float', low: 1e-4, high: 1, log: true };
const ASKS = 3;

/** Begins a study, and then asks, reports and tells in turn. @returns the replies, of which each request has one. */
async function drive(init: object, strategy: unknown, result: (loss: number) => object) {
  const replies: Readonly<Record<string, unknown>>[] = [];
  async function* requests() {
    yield { cmd: 'init', ...init };
    for (let asks = 1; asks <= ASKS; asks++) {
      yield { cmd: 'ask' };
      const { id, trial } = replies.at(-1)!;
      yield { cmd: 'report', id, trial, step: 1, ...result(asks) };
      yield { cmd: 'tell', id, trial, ...result(asks) };
    }
  }
  async function* lines() {
    let sent = 0;
    for await (const request of requests()) {
      yield `${JSON.stringify(request)}\n`;
      for (sent++; replies.length < sent; ) await new Promise(setImmediate);
    }
  }
  const options = strategy === undefined ? {} : { strategy: JSON.stringify(strategy) };
  await askTell(options, Readable.from(lines()), (line) => replies.push(JSON.parse(line)));
  return replies;
}

/** What answers without errors. @param name of the field that has the number of a trial */
const answered = (name: 'id' | 'trial') => [
  expect.objectContaining({ ok: true }),
  ...Array.from({ length: ASKS }, () => [
    { [name]: expect.any(Number), params: { x: expect.any(Number), model: expect.any(String) } },
    { stop: expect.any(Boolean) },
    expect.objectContaining({ ok: true }),
  ]).flat(),
];

/** None, and more than a strategy could plan for; `confirm` needs one. */
const limitsOf = (strategy: unknown) => [...(strategy === 'confirm' ? [] : [undefined]), 100_000];

describe.each(cases)('ask-tell with %s', (title, strategy) => {
  const examples = onExamples.includes(title) ? 4 : undefined;
  it(examples ? 'refuses a space, which has no examples' : 'answers each request of a space, whatever the budget', async () => {
    const space = { x: X, model: { type: 'categorical', choices: ['svm', 'knn', 'tree'] } };
    for (const budget of [1, ...limitsOf(strategy)]) {
      const init = { space, seed: 7, budget, max_step: isBudgeted(strategy) ? 9 : null };
      const replies = await drive(init, strategy, (value) => ({ value }));
      if (examples) expect(replies[0]).toMatchObject({ error: expect.stringContaining('examples') });
      else expect(replies, `budget ${budget}`).toMatchObject(answered('id'));
    }
  });
});
