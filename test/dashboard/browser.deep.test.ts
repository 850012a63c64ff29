import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directory, hypertide, journalOf, start, until } from '../cli/support.ts';
import type { Started } from '../support/started.ts';
import { brokenWords, browserOfTests, NARROW, offered, openPage, press, show, spills, WIDE } from './browsing.ts';
import { faintTexts } from './contrast.ts';

browserOfTests();

const TRAINER = fileURLToPath(new URL('./programs/trainer.mjs', import.meta.url));

describe('a study that runs on a journal', () => {
  const STUDY = `name: net
parameters:
  lr: { type: float, low: 1e-4, high: 0.1, log: true }
  layers: { type: int, low: 1, high: 4 }
  kind: { type: choice, values: [relu, tanh] }
objectives: { loss: minimize, size: minimize }
strategy: { chain: [{ take: [6, sobol] }, tpe] }
seed: 3
parallel: 2
`;
  let place: string;
  let running: Started;
  let url: string;
  beforeAll(async () => {
    place = directory();
    writeFileSync(join(place, 'study.yaml'), STUDY);
    running = start(place, 'run', 'study.yaml', '--dashboard', '--', process.execPath, TRAINER);
    await until(() => /dashboard: \S+/.test(running.said()));
    url = /dashboard: (\S+)/.exec(running.said())![1]!;
    await until(() => journalOf(place, 'net.jsonl').filter(({ type }) => type === 'completed').length >= 8);
  });
  afterAll(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  const said = (type: string) => journalOf(place, 'net.jsonl').filter((line) => line.type === type);

  it.each([
    ['wide and light', WIDE],
    ['wide and dark', { ...WIDE, dark: true }],
    ['narrow and light', { ...NARROW, dark: false }],
    ['narrow and dark', NARROW],
  ])('every view shows the study with enough contrast, %s', async (_, size) => {
    const page = await openPage(url, size);
    await page.getByRole('heading', { name: 'net', level: 1 }).waitFor();
    for (const view of await offered(page)) {
      await show(page, view);
      await expect.poll(() => page.locator('main').textContent(), { message: view }).not.toBe('');
      await page.waitForTimeout(250);
      expect(await spills(page), `${view} is wider than the window`).toBe(false);
      expect(await brokenWords(page), view).toEqual([]);
      expect(await faintTexts(page), view).toEqual([]);
    }
    await page.goto(`${url}?study=net&trial=1`);
    await page.getByRole('complementary', { name: 'Trial 1' }).locator('.facts li').first().waitFor();
    expect(await faintTexts(page), 'a trial').toEqual([]);
    await page.getByRole('button', { name: 'close this trial' }).click();
    await show(page, 'Overview');
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(4);
    await show(page, 'Parameters');
    await page.getByLabel('Importance of each parameter').waitFor();
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(5);
    await show(page, 'Thinking');
    await page.locator('.statechart .is-active').first().waitFor();
    await expect.poll(() => page.locator('.machine-tree li').count()).toBe(3);
    await show(page, 'Timeline');
    await page.getByLabel('When each trial ran').locator('canvas').waitFor();
  });

  it('new trials appear without polling', async () => {
    const page = await openPage(url, WIDE);
    const asked: string[] = [];
    await page.locator('tbody button').first().waitFor();
    page.on('request', (request) => asked.push(request.url()));
    const isFinding = (url: string) => /\/(importance|recommendation)$/.test(url); // computed again when the results have grown by a fifth
    const first = () => page.locator('tbody button').first().textContent().then(Number);
    const before = await first();
    await expect.poll(first).toBeGreaterThan(before);
    expect(asked.filter((url) => !isFinding(url))).toEqual([]);
  });

  it('a selection applies to all charts and the table, and its address reproduces it', async () => {
    const page = await openPage(url, WIDE);
    const axis = page.getByRole('slider', { name: 'select kind' });
    await axis.scrollIntoViewIfNeeded();
    const box = (await axis.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.75); // relu: the lower of two
    await page.getByText(/\d+ of \d+ selected/).waitFor();
    const kinds = () => page.locator('tbody tr:not(.spare)').allInnerTexts();
    expect((await kinds()).every((text) => !text.includes('tanh'))).toBe(true);
    await expect.poll(() => page.url()).toContain('brush');
    const other = await openPage(page.url(), WIDE);
    await other.getByText(/\d+ of \d+ selected/).waitFor();
    await page.getByRole('button', { name: /^completed/ }).click();
    await expect.poll(async () => (await kinds()).every((text) => !text.includes('completed'))).toBe(true);
    await press(page, 'show all');
    await expect.poll(() => new URL(page.url()).search).toBe('?study=net');
    const words = page.getByLabel('Filter trials');
    await words.fill('kind = tanh and layers >= 1');
    await expect.poll(async () => (await kinds()).some((text) => text.includes('relu'))).toBe(false);
    await expect.poll(() => new URL(page.url()).searchParams.get('filter')).toBe('kind = tanh and layers >= 1');
    await words.fill('knd = tanh');
    await page.getByText('did you mean kind?').waitFor();
    await expect.poll(async () => (await kinds()).some((text) => text.includes('relu'))).toBe(true);
  });

  it('a point names its trial and opens it', async () => {
    const page = await openPage(url, WIDE);
    const chart = page.getByLabel('Value of each trial, loss');
    await page.locator('.chart canvas').first().waitFor();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    const tip = page.locator('.chart-frame .tip').first();
    const found = async () => {
      for (let x = 60; x < box.width; x += 8) {
        for (let y = 20; y < box.height - 60; y += 8) {
          await page.mouse.move(box.x + x, box.y + y);
          if (await page.locator('.chart-frame.is-over').count()) return true;
        }
      }
      return false;
    };
    // New trials move the points: on a slow machine, another one may be there when the button is pressed.
    const opens = async () => {
      if (!(await found())) return false;
      const [, trial] = /^trial (\d+)/.exec((await tip.textContent())!)!;
      await page.mouse.down();
      await page.mouse.up();
      const opened = page.getByRole('complementary').getByRole('heading', { level: 2 });
      return new RegExp(`\\b${trial}$`).test((await opened.textContent())!);
    };
    await expect.poll(opens).toBe(true);
  });

  it('can be used by keys alone', async () => {
    const page = await openPage(url, WIDE);
    const axis = page.getByRole('slider', { name: 'select lr' });
    await axis.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowUp');
    await expect.poll(() => axis.getAttribute('aria-valuenow')).toBe('20');
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(() => axis.getAttribute('aria-valuetext')).toMatch(/ to /);
    await page.keyboard.press('Escape');
    await expect.poll(() => axis.getAttribute('aria-valuetext')).toBe('all');
    await page.locator('tbody button').first().focus();
    await page.keyboard.press('Enter');
    const heading = page.getByRole('complementary').getByRole('heading', { level: 2 });
    const trial = await heading.textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => heading.textContent()).not.toBe(trial);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('complementary').count()).toBe(0);
    await page.getByRole('link', { name: 'Timeline' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    await page.goBack();
    await page.getByRole('table', { name: 'Trials' }).waitFor();
  });

  it('a trial shows its facts and explains its suggestion', async () => {
    const page = await openPage(`${url}?study=net&trial=8`, WIDE);
    const panel = page.getByRole('complementary', { name: 'Trial 8' });
    await panel.locator('.facts li').first().waitFor();
    expect(await panel.locator('.facts li').first().textContent()).toContain('suggested');
    expect(await panel.locator('.path').textContent()).toBe('tpe');
    await panel.getByRole('button', { name: 'Recompute from the log' }).click();
    await panel.getByText('the same decision').waitFor();
  });

  it('can be saved as a report file', async () => {
    const page = await openPage(url, WIDE);
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save as HTML' }).click();
    const file = join(place, 'saved.html');
    await (await saved).saveAs(file);
    const report = await openPage(`${pathToFileURL(file)}`, WIDE);
    await report.getByRole('heading', { name: 'net', level: 1 }).waitFor();
  });

  it('every action works and writes a fact', async () => {
    const page = await openPage(url, WIDE, /409|Failed to load|net::ERR/);
    await show(page, 'Control');
    await page.getByLabel('lr').fill('0.0123');
    await page.getByLabel('layers').fill('2');
    await press(page, 'Enqueue');
    await page.getByText(/it is tried next/).waitFor();
    expect(said('enqueued')).toMatchObject([{ params: { lr: 0.0123, layers: 2 } }]);
    await until(() => said('suggested').some(({ by, params }) => by === 'queue' && (params as { lr: number }).lr === 0.0123));

    await page.getByLabel('parallel trials').fill('3');
    await page.locator('form', { hasText: 'parallel trials' }).getByRole('button').click();
    await until(() => said('changed').some(({ parallel }) => parallel === 3));
    await page.getByText('of 3', { exact: false }).first().waitFor();

    const name = page.getByLabel(/^name/);
    const text = page.getByRole('textbox', { name: /as JSON/ });
    await name.selectOption('ga');
    await text.fill('{"population": 6}');
    await press(page, 'Change strategy');
    await page.getByText('ga compares trials by one objective').waitFor();
    await name.selectOption('other, as JSON');
    await text.fill('{"chain": ["tpe", "random"]}');
    await press(page, 'Change strategy');
    await page.getByText(/the new strategy knows/).waitFor();
    await until(() => said('suggested').some(({ by }) => String(by).startsWith('#2/')));

    await text.fill('nonsense');
    await press(page, 'Change strategy');
    await page
      .getByText(/nonsense/, { exact: false })
      .first()
      .waitFor();

    await press(page, 'Pause');
    await page.getByText('paused: no new trials start').waitFor();
    await page.locator('.top .badge', { hasText: 'paused' }).waitFor();
    await press(page, 'Resume');
    await page.locator('.top .badge', { hasText: 'running' }).waitFor();
    expect(said('changed').map(({ paused }) => paused)).toEqual(expect.arrayContaining([true, false]));

    await page.getByLabel('lr').fill('0.05');
    await page.getByLabel('layers').fill('1');
    await press(page, 'Enqueue');
    const endless = () => said('suggested').find(({ params }) => (params as { lr: number }).lr === 0.05)?.trial;
    await until(() => endless() !== undefined);
    await show(page, 'Overview');
    await page.getByRole('button', { name: `trial ${endless()}`, exact: true }).click();
    await page.getByRole('heading', { name: 'Output' }).waitFor();
    await press(page, 'Stop this trial');
    await page.getByText('stop requested').waitFor();
    await until(() => said('stopped').some(({ trial }) => trial === endless()));
    await page.getByRole('complementary').locator('.state', { hasText: 'stopped' }).waitFor();
    await page.locator('tbody tr', { hasText: 'completed' }).first().click();
    await press(page, 'Retract its result');
    await page.getByText(/^retracted \(position/).waitFor();
    await page.getByRole('complementary').locator('.state', { hasText: 'retracted' }).waitFor();
    expect(said('retracted')).toHaveLength(1);

    const panel = page.getByRole('complementary');
    await press(page, '☆ Star');
    await panel.getByRole('button', { name: '★ Starred', pressed: true }).waitFor();
    await press(page, 'Add a note');
    await panel.getByLabel('Note, in Markdown').fill('the loss **jumped**');
    await panel.getByLabel('Labels, separated by commas').fill('odd, look again');
    await press(page, 'Save');
    await panel.locator('strong', { hasText: 'jumped' }).waitFor();
    await panel.getByText('odd · look again').waitFor();
    expect(await faintTexts(page), 'a note').toEqual([]);
    expect(said('annotated')).toMatchObject([{ starred: true }, { note: 'the loss **jumped**', labels: ['odd', 'look again'] }]);
    await page.getByRole('columnheader', { name: 'labels' }).first().waitFor();

    await page.getByRole('button', { name: 'close this trial' }).click();
    await show(page, 'Control');
    await press(page, 'Close the study');
    await until(() => said('closed').length === 1);
    await page.getByText('the server has stopped').waitFor();
    await page.locator('.top .badge', { hasText: 'closed by a person' }).waitFor();
    expect(await page.locator('.figures', { hasText: 'running' }).count()).toBe(0);
    expect((await running.ended).code).toBe(0);
  });

  it('its report is one file that needs nothing else', async () => {
    expect((await hypertide(place, 'study', 'report', 'net.jsonl', '-o', 'report.html')).code).toBe(0);
    const page = await openPage(`${pathToFileURL(join(place, 'report.html'))}`, WIDE);
    await page.locator('tbody tr').first().waitFor();
    for (const view of await offered(page)) {
      await show(page, view);
      await page.waitForTimeout(150);
    }
    expect(await page.getByRole('link', { name: 'Control' }).count()).toBe(0);
    await show(page, 'Thinking');
    await page.locator('.statechart .is-active').first().waitFor();
    await page.getByText(/^By the model of/).waitFor();
    const trials = page.locator('.progress');
    const whole = await trials.textContent();
    await page.getByRole('slider', { name: 'entry of the log' }).press('Home');
    await page
      .getByText(/^after entry \d+$/)
      .first()
      .waitFor();
    expect(await trials.textContent()).not.toBe(whole);
    await page.getByRole('button', { name: 'Now' }).click();
    await expect.poll(() => trials.textContent()).toBe(whole);
  });

  it('a report of several studies lists and compares them', async () => {
    copyFileSync(join(place, 'net.jsonl'), join(place, 'again.jsonl'));
    expect((await hypertide(place, 'study', 'report', 'net.jsonl', 'again.jsonl', '-o', 'both.html')).code).toBe(0);
    const page = await openPage(`${pathToFileURL(join(place, 'both.html'))}`, WIDE);
    await page.getByRole('heading', { name: 'Studies', level: 1 }).waitFor();
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page.getByRole('heading', { name: 'Comparison' }).waitFor();
    await page.getByText('again.jsonl').click();
    await page.locator('.chart canvas').first().waitFor();
    await page.getByRole('link', { name: 'all studies' }).click();
    await page.getByText('again.jsonl').waitFor();
  });
});
