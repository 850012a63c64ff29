import { expect, it } from 'vitest';
import { cleanups, openPage, show, VIEWS, WIDE } from './browsing.ts';
import { board, finished } from './support.ts';

it('a browser shows a study in every view, and what is new without a reload', async () => {
  const made = await board();
  cleanups.push(() => made.close());
  await made.say(...finished(1, 0.5), ...finished(2, 0.25));
  const page = await openPage(made.url, WIDE);
  const row = page.locator('tbody tr', { hasText: 'completed' });
  await row.nth(1).waitFor();
  await made.say(...finished(3, 0.125));
  await row.nth(2).waitFor();
  // With one objective there is no view of objectives.
  for (const view of VIEWS.filter((name) => name !== 'Objectives')) {
    await show(page, view);
    await expect.poll(() => page.locator('main').textContent(), { message: view }).not.toBe('');
  }
  expect(page.wrong).toEqual([]);
});
