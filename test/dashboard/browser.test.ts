import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { boardOfTest, browserOfTests, openPage, press, show, VIEWS, WIDE } from './browsing.ts';
import { finished } from './support.ts';

browserOfTests();

it('a browser shows a study in every view, and what is new without a reload', async () => {
  const made = await boardOfTest();
  const page = await openPage(made.url, WIDE);
  await page.locator('main', { hasText: 'No trials yet' }).waitFor();
  expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['Overview', 'Control']);
  expect(await page.locator('.card, .chart').count()).toBe(0);
  await made.say(...finished(1, 0.5), ...finished(2, 0.25));
  const row = page.locator('tbody tr', { hasText: 'completed' });
  await row.nth(1).waitFor();
  await made.say(...finished(3, 0.125));
  await row.nth(2).waitFor();
  await page.locator('thead .is-best', { hasText: '0.125' }).waitFor();
  for (const view of VIEWS) {
    await show(page, view);
    await expect.poll(() => page.locator('main').textContent(), { message: view }).not.toBe('');
  }
});

it('the table of trials begins in a window of 1280 x 800 pixels, and paper has it without buttons', async () => {
  const made = await boardOfTest();
  await made.say(...finished(1, 0.5), ...finished(2, 0.25));
  const page = await openPage(made.url, { width: 1280, height: 800 });
  const row = page.locator('.table tr', { hasText: 'completed' }).first();
  await row.waitFor();
  const bottom = async () => {
    const box = (await row.boundingBox())!;
    return box.y + box.height;
  };
  await expect.poll(bottom).toBeLessThan(800);
  await page.emulateMedia({ media: 'print' });
  for (const [role, name] of [
    ['navigation', 'views'],
    ['button', 'Save as CSV'],
    ['button', 'YAML'],
  ] as const)
    expect(await page.getByRole(role, { name }).count(), name).toBe(0);
  expect(await page.locator('tbody tr', { hasText: 'completed' }).count()).toBe(2);
});

it('a chart is saved as it is seen, and its axes are in the address', async () => {
  const made = await boardOfTest();
  for (let trial = 1; trial <= 12; trial++) await made.say(...finished(trial, trial / 20));
  const page = await openPage(made.url, WIDE);
  await page.locator('.legend select').selectOption('best 10');
  await page.getByText('10 of 12 selected').waitFor();
  await page.getByLabel('x axis').selectOption('time');
  await page.getByLabel('scale').selectOption('log');
  await expect.poll(() => page.url()).toMatch(/along=time&scale=log.*top=best\+10/);
  const saved = async (kind: string) => {
    const download = page.waitForEvent('download');
    await press(page, `save loss by time as ${kind}`);
    return readFileSync((await (await download).path())!);
  };
  const svg = (await saved('SVG')).toString();
  expect(svg).toContain('since the beginning');
  expect(svg).toContain('>completed</text>');
  const png = await saved('PNG');
  expect([png.toString('latin1', 1, 4), png.readUInt32BE(16)]).toEqual(['PNG', 1520]);
  const [suggested, started, , completed] = finished(13, 1);
  await made.say(suggested!, started!, { ...completed, metrics: { size: 7 } } as never);
  await page.getByLabel('y axis').selectOption('size');
  await expect.poll(() => page.url()).toContain('metric=size');
  await page.getByRole('img', { name: 'Value of each trial, size' }).waitFor();
});

it('the note of a study is shown as Markdown without scripts, and can be changed', async () => {
  const made = await boardOfTest();
  const note =
    '**read this**: [paper](https://example.org/a) [bad](javascript:alert(1)) <img src=x onerror=alert(1)> 2 \\* 3\n\n| a | b |\n| - | - |\n| 1 | 2 |';
  await made.say({ type: 'annotated', note, labels: ['production'], starred: true });
  const page = await openPage(made.url, WIDE);
  const shown = page.locator('main .markdown');
  await shown.locator('strong', { hasText: 'read this' }).waitFor();
  expect(await shown.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual([
    'https://example.org/a',
  ]);
  expect(await shown.locator('img').count()).toBe(0);
  expect(await shown.textContent()).toContain('<img src=x onerror=alert(1)> 2 * 3');
  expect(await shown.locator('td').allTextContents()).toEqual(['1', '2']);
  await page.locator('.top', { hasText: 'production' }).getByRole('img', { name: 'starred' }).waitFor();
  await show(page, 'Control');
  await press(page, '★ Starred');
  await page.getByRole('button', { name: '☆ Star', exact: true }).waitFor();
  await made.say({ type: 'annotated', note: `${'> '.repeat(8000)}deep` });
  await page.getByText('> > > >').first().waitFor();
});

it('a configuration can leave values to the strategy', async () => {
  const made = await boardOfTest();
  const page = await openPage(made.url, WIDE);
  await show(page, 'Control');
  await page.getByLabel('layers').fill('3');
  await page.getByLabel('values left empty').selectOption('chosen by the strategy');
  await press(page, 'Enqueue');
  await page.getByText(/it is tried next/).waitFor();
  for await (const entries of made.log.read(2)) {
    expect(entries[0]!.fact).toMatchObject({ type: 'enqueued', params: { layers: 3 }, rest: 'strategy' });
    break;
  }
});

/** Messages that the test sends, and counts of what the page does about them: each change on the page takes 5 ms, and each column of places is counted. */
const COUNTING = `
  globalThis.counted = { changes: 0, columns: 0 };
  globalThis.EventSource = class extends EventTarget {
    close() {}
    constructor() {
      super();
      globalThis.send = (type, data) => this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
    }
  };
  const { from } = Float32Array;
  Float32Array.from = (...all) => (counted.columns++, from.apply(Float32Array, all));
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(() => {
      counted.changes++;
      for (const since = performance.now(); performance.now() - since < 5; );
    }).observe(document.body, { subtree: true, childList: true, characterData: true }));`;

it('messages that come faster than the page can show them are shown together', async () => {
  const made = await boardOfTest();
  await made.say(...finished(1, 0.5), ...finished(2, 0.25).slice(0, 3));
  const feed = made.studies.open('net').feed;
  const page = await openPage('about:blank', WIDE);
  await page.addInitScript(COUNTING);
  await page.goto(`${made.url}?study=net`);
  await page.waitForFunction('typeof send === "function"'); // the page has connected
  const send = (type: string, data: unknown) => page.evaluate(`send(${JSON.stringify(type)}, ${JSON.stringify(data)})`);
  await send('studies', made.studies.headlines);
  const detail = feed.detail()!;
  await send('study', detail);
  const [changes] = feed.begun!.changes.since(0);
  await send('trials', { ...changes, rows: changes!.rows.slice(0, 1), more: true });
  await page.getByText('Loading: 1 of 2 trials').waitFor(); // no card speaks of a part
  await page.locator('.value', { hasText: '0.5' }).waitFor();
  await send('trials', changes);
  await page.locator('tbody tr', { hasText: 'running' }).waitFor();
  const drawn = () =>
    page.evaluate<number>(
      'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(counted.changes + counted.columns), 250)))',
    );
  const isDrawn = async () => {
    const before = await drawn();
    return (await drawn()) === before;
  };
  await expect.poll(isDrawn, { timeout: 60_000 }).toBe(true);

  await page.evaluate('Object.assign(counted, { changes: 0, columns: 0 })');
  await page.evaluate(`(async () => {
    const task = () => new Promise((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); });
    const detail = ${JSON.stringify(detail)};
    for (let open = 5; open <= 200; open++) {
      send('study', { ...detail, open });
      await task();
    }
  })()`);
  await page.getByTitle(/200 open/).waitFor();
  expect(await page.evaluate<number>('counted.changes')).toBeLessThan(50);
  expect(await page.evaluate<number>('counted.columns')).toBe(0);
  const { position } = feed;
  await made.say({ type: 'reported', trial: 2, run: 'r2', step: 7, values: { loss: 3 } });
  for (const changes of feed.begun!.changes.since(position)) await send('trials', changes);
  await page.locator('tbody tr', { hasText: 'step 7 3' }).waitFor();
  expect(await page.evaluate<number>('counted.columns')).toBe(1); // of the objective
  const first = changes!.rows.find(({ trial }) => trial === 1)!;
  await send('trials', { ...changes, rows: [{ ...first, status: 'open' }] });
  await page.getByText('No result yet').waitFor(); // nothing is the best while the only result is open again
});
