import { it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { boardOfTest, browserOfTests, openPage, WIDE } from './browsing.ts';
import { type Board, finished } from './support.ts';

browserOfTests();

async function opened(facts: readonly Fact[], before: (made: Board, page: Awaited<ReturnType<typeof openPage>>) => Promise<void>) {
  const made = await boardOfTest();
  await made.say(...facts);
  const page = await openPage('about:blank', WIDE);
  await before(made, page);
  await page.goto(made.url);
  return page;
}

const params = (trial: number) => ({
  lr: 10 ** (-4 + 3 * ((trial * 0.618) % 1)),
  layers: 1 + (trial % 4),
  kind: trial % 2 ? 'relu' : 'tanh',
});
const lossAt = ({ lr, layers }: ReturnType<typeof params>) => (Math.log10(lr) + 2) ** 2 + 0.1 * layers;

/** A trial that was stopped at a step. */
const stopped = (trial: number, step: number): Fact[] => [
  { type: 'suggested', trial, attempt: 1, by: 'random', params: params(trial), budget: 9 },
  { type: 'started', trial, attempt: 1, run: `r${trial}`, trainer: 't1' },
  ...Array.from(
    { length: step },
    (_, i): Fact => ({ type: 'reported', trial, run: `r${trial}`, step: i + 1, values: { loss: lossAt(params(trial)) + 1 / (i + 1) } }),
  ),
  { type: 'stopped', trial, run: `r${trial}`, step },
];

it('importance is shown where early stopping lets few trials complete', async () => {
  const facts = Array.from({ length: 24 }, (_, i) => stopped(i + 1, [1, 3, 9][i % 3]!)).flat();
  const page = await opened(facts, async () => {});
  await page.locator('.lessons li', { hasText: 'lr' }).first().waitFor();
});

it('the best configuration says what early stopping did', async () => {
  const facts = Array.from({ length: 24 }, (_, i) => {
    const [trial, step] = [i + 1, i % 2 === 0 ? 9 : 3];
    const told = stopped(trial, step);
    const values = { loss: lossAt(params(trial)) };
    return step === 3 ? told : [...told.slice(0, -1), { type: 'completed', trial, run: `r${trial}`, values } satisfies Fact];
  }).flat();
  const page = await opened(facts, async () => {});
  await page.getByText(/^Early stopping saved .* 12 of 24 trials were trained to the end/).waitFor();
});

it('the recommendation is shown although importance came first', async () => {
  const facts = Array.from({ length: 24 }, (_, i) => finished(i + 1, lossAt(params(i + 1)), params(i + 1))).flat();
  let letThrough = () => {};
  const page = await opened(facts, async (_, to) => {
    const free = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await to.route('**/recommend', async (route) => {
      await free;
      await route.fulfill({ json: { results: 24, trial: 1, costs: {}, evidence: { full: 24, lead: 1, isRepeated: false, first: 1 } } });
    });
  });
  await page.locator('.lessons li').first().waitFor();
  letThrough();
  await page.getByText(/^Confirm: /).waitFor();
});

it('the progress says that all results are equal', async () => {
  const facts = Array.from({ length: 6 }, (_, i) => finished(i + 1, 1.21, params(i + 1))).flat();
  const page = await opened(facts, async () => {});
  await page.getByText(/loss is 1\.21 for all 6 configurations/).waitFor();
});

it('the best configuration says that a range may be too narrow', async () => {
  const high = (trial: number) => ({ ...params(trial), lr: trial < 6 ? 0.1 - (trial - 1) / 10_000 : 10 ** (-4 + trial / 10) });
  const facts = Array.from({ length: 24 }, (_, i) => finished(i + 1, -Math.log10(high(i + 1).lr), high(i + 1))).flat();
  const page = await opened(facts, async () => {});
  await page
    .getByText('lr of the best trial is its upper bound 0.1, as in 5 of the 5 best trials: try a wider range in a new study.')
    .waitFor();
});

it('the page says so if there are too few results for importance', async () => {
  const facts = Array.from({ length: 4 }, (_, i) => finished(i + 1, lossAt(params(i + 1)), params(i + 1))).flat();
  const page = await opened(facts, async () => {});
  await page.getByText(/takes at least \d+ results/).waitFor();
});
