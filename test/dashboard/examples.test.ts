import { expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { reportOf } from '../../src/server/feed/report.ts';
import { boardOfTest, browserOfTests, offered, openPage, press, show, spills, WIDE } from './browsing.ts';
import { finished } from './support.ts';

browserOfTests();

/** A trial with results on examples, such as `1 0 - 1`. */
const evaluated = (trial: number, line: string): Fact[] => {
  const results = line.split(' ').flatMap((value, place) => (value === '-' ? [] : [[place, Number(value)]]));
  const [suggested, started, reported, completed] = finished(trial, 0);
  return [
    { ...suggested, examples: results.map(([place]) => place) } as never,
    started!,
    { ...reported, step: results.length, results } as never,
    completed!,
  ];
};
/** Losses: the third example is solved by none, and trials 4 and 6 differ on `b` and `d`. */
const lines = ['1 1 1 1', '1 0 1 -', '0 1 1 1', '0 0 1 1', '1 1 1 0', '0 1 1 0'];
const withResults = lines.flatMap((line, i) => evaluated(i + 1, line));
const examples = ['a', 'b', 'never <b>', 'd'];

it('a study of examples shows its results on each of them, and two trials on the same ones', async () => {
  const made = await boardOfTest({}, 'net', undefined, { examples });
  await made.say(...withResults);
  const page = await openPage(made.url, WIDE);
  await show(page, 'Examples');
  const chart = page.getByRole('img', { name: 'Results of configurations by example' });
  await chart.waitFor();
  await page.getByText('Trial 4 leads: loss 0.5').waitFor();
  await page.getByText('better on 1, worse on 1 and equal on 2').waitFor(); // than trial 6
  expect(await page.getByRole('table', { name: 'Examples that decide' }).locator('tbody td').allTextContents()).toEqual(
    ['b', '0', '1', '−0.25', 'd', '1', '0', '+0.25'], //
  );
  await page.getByLabel('and trial').selectOption('1');
  await page.getByText('Trial 4 is better than trial 1 by 0.5 on the 4 examples').waitFor();
  await expect.poll(() => page.url()).toMatch(/other=1/);
  await page.getByText('never <b> 6 configurations').waitFor();
  const { x, y } = (await chart.boundingBox())!;
  await page.mouse.click(x + 200, y + 16); // the first row
  await page.getByRole('complementary', { name: 'Trial 4' }).waitFor();
  await page.getByRole('heading', { name: 'Mean of 4 examples' }).waitFor();
  await press(page, 'close this trial');
  await made.say(...evaluated(7, '0 0 1 0'));
  await page.getByText('Trial 7 leads: loss 0.25').waitFor();
  await show(page, 'Overview');
  await page.getByText('trial 7, all 4 examples').waitFor();
  await page.getByText('the best of 7 configurations').waitFor();
  expect(await spills(page)).toBe(false);
});

it('a report has the results on examples, and other studies do not have the view', async () => {
  const made = await boardOfTest({}, 'net', undefined, { examples });
  const other = await boardOfTest();
  await made.say(...withResults);
  const answer = await (await fetch(`${made.url}v1/studies/net/examples`)).json();
  expect(answer).toMatchObject({ count: 4, names: examples, leader: 4, configurations: 6, unsolved: [[2, 6]] });
  const report = await reportOf([made.studies.open('net').feed]);
  expect(report).toContain('"unsolved":[[2,6]]');
  expect(report).not.toContain('never <b>');
  await made.say({ type: 'retracted', trial: 4 });
  const without = await (await fetch(`${made.url}v1/studies/net/examples`)).json();
  expect(without).toMatchObject({ configurations: 5, leader: 2, unsolved: [[2, 5]] });
  await other.say(...finished(1, 0.5));
  expect(await (await fetch(`${other.url}v1/studies/net/examples`)).json()).toBeNull();
  const page = await openPage(other.url, WIDE);
  await page.locator('tbody tr', { hasText: 'completed' }).first().waitFor();
  expect(await offered(page)).not.toContain('Examples');
});
