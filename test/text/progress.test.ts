import { describe, expect, it } from 'vitest';
import { table } from '../../src/cli/terminal/table.ts';
import { shown } from '../../src/study/shown.ts';
import type { CompletedRow, TrialRow } from '../../src/study/trials.ts';
import { progressFrame, progressLine } from '../../src/text/progress.ts';
import { openStatusLine } from '../../src/text/statusLine.ts';

const row = (trial: number, names: number): CompletedRow => ({
  trial,
  attempt: 1,
  suggested: 2 * trial,
  suggestedAt: 0,
  params: Object.fromEntries(Array.from({ length: names }, (_, i) => [`a_rather_long_name_${i}`, 0.123456789 * trial])),
  status: 'completed',
  values: { loss: 1 / trial },
  seconds: 1.5,
  by: 'chain/ga',
});
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const bare = (text: string) => text.replace(/\x1b\[\d+m/g, '');

describe('text from outside', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\rtrial 1 completed\nvalue=0\u009b31m\u202e\u007f';
  const harmless = '\\x1b]0;owned\\x07\\x1b[2J\\x0dtrial 1 completed value=0\\x9b31m\\u202e\\x7f';

  it('moves no cursor: control characters are shown as escapes', () => {
    expect(shown(evil)).toBe(harmless);
    expect(shown('grün\t\u00e9 ✓')).toBe('grün é ✓');
    expect(bare(table([{ ...row(1, 0), params: { x: evil, [evil]: 1 }, values: { [evil]: 1 }, by: evil }], 0))).not.toMatch(
      /(?!\n)\p{Cc}/u,
    );
  });

  it('is clean in the lines of the progress, which are drawn as they are', () => {
    const state = {
      trials: 1,
      ended: 0,
      open: 1,
      waiting: 0,
      completed: 1,
      stopped: 0,
      failed: 0,
      uncounted: 0,
      best: { ...row(1, 0), values: { [evil]: 1 } },
    };
    const running = [{ trial: 2, step: 1, values: { [evil]: 1 }, claimedAt: 0 }];
    for (const front of [undefined, 1]) {
      const lines = progressFrame(state, { limit: 2, objective: evil, rate: 1, elapsed: 0, running, front }, 400, 24, 0);
      expect(lines.join('')).toContain('\\x1b[2J');
      expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    }
  });

  it.each([true, false])('is clean in a line that stays, on a terminal: %s', (isTTY) => {
    const said: string[] = [];
    const out = { isTTY, columns: 120, write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream;
    openStatusLine(out).line(`trial 1 failed (error: ${evil})`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these clear the rest of a line or of the screen
    expect(said.join('').replace(/^\r|\x1b\[[KJ]/g, '')).toBe(`trial 1 failed (error: ${harmless})\n`);
  });
});

describe('a table', () => {
  it('shows everything if there is room, otherwise the most important columns', () => {
    expect(bare(table([row(1, 1), row(3, 1)], 200)).split('\n')).toEqual([
      'trial  loss     a_rather_long_name_0  seconds  status     by',
      '1      1        0.12346               1.5      completed  chain/ga',
      '3      0.33333  0.37037               1.5      completed  chain/ga',
    ]);
    const lines = bare(table([row(1, 9)], 60)).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines[0]).toBe('trial  loss  a_rathe…name_0  a_rathe…name_1  status');
    expect(lines.at(-1)).toBe('(9 more columns do not fit here; --json shows all)');
  });

  it('shows the last line of the message of a failed trial, if it fits', () => {
    const said = 'Traceback\nRuntimeError: CUDA out of memory, tried to allocate 2 GiB on a device with no room at all left';
    const { values: _, ...failed } = row(2, 0);
    const rows: TrialRow[] = [row(1, 1), { ...failed, status: 'failed', reason: 'error', message: said }];
    const wide = bare(table(rows, 0)).split('\n');
    expect(wide[0]).toMatch(/by {8}message$/);
    expect(wide[2]).toMatch(/failed: error {2}chain\/ga {2}RuntimeError: CUDA out of memory, tried to allocate 2 GiB .*…$/);
    const narrow = bare(table(rows, 80)).split('\n');
    expect(narrow[2]).toMatch(/failed: error {2}.*RuntimeError: CUDA out of .*…$/);
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('distinguishes trials that run from those that wait, and shows their workers, and since when they run', () => {
    const [{ values: _, seconds: __, ...waiting }, now] = [row(3, 0), 1_700_000_000_000];
    const [waits, runs]: TrialRow[] = [
      { ...waiting, status: 'open' },
      { ...waiting, trial: 4, status: 'open', running: true, trainer: 'w1', claimedAt: now - 7_200_000, reportedAt: now - 90_000 },
    ];
    const lines = bare(table([row(1, 0), waits!, runs!], 0, now)).split('\n');
    expect(lines[0]).toMatch(/status {5}worker {2}runs for {2}last report {2}by$/);
    expect(lines[1]).toMatch(/completed {30,}chain\/ga$/);
    expect(lines[2]).toMatch(/waiting {30,}chain\/ga$/);
    expect(lines[3]).toMatch(/running {4}w1 {6}2 h {7}90 s ago {5}chain\/ga$/);
    expect(bare(table([row(1, 0), waits!], 0, now))).not.toContain('worker');
  });

  it('shows everything if the width of the terminal is unknown', () => {
    expect(table([row(1, 9)], 0)).toBe(table([row(1, 9)], 1000));
  });

  it('keeps a value on its line', () => {
    expect(['a\nb', 0.1 + 0.2, 1e-9, 12345678, true, undefined].map(shown)).toEqual(['a b', '0.3', '1e-9', '12345678', 'true', '']);
  });
});

describe('the progress of a study', () => {
  const state = { trials: 33, ended: 30, open: 3, waiting: 0, completed: 28, stopped: 1, failed: 1, uncounted: 0, best: row(3, 1) };
  const running = Array.from({ length: 12 }, (_, i) => ({
    trial: 22 + i,
    step: i + 1,
    budget: 9,
    values: { loss: 1 / (i + 1) },
    claimedAt: 0,
  }));
  const trend = (columns: number, lines: number) => Array.from({ length: lines }, () => '.'.repeat(columns));
  const shape = { limit: 40, objective: 'loss', rate: 2, elapsed: 65_000, left: 20_000, running, trend };

  it('is a line where it cannot be redrawn', () => {
    expect(progressLine(state, shape)).toBe(
      '30/40 trials  65 s, about 20 s left  2/s  best loss 0.33333 (trial 3)  3 running  (1 stopped, 1 failed)',
    );
    expect(progressLine({ ...state, waiting: 2 }, { ...shape, limit: undefined, rate: 0, left: undefined })).toBe(
      '30 trials  65 s  best loss 0.33333 (trial 3)  1 running  2 waiting  (1 stopped, 1 failed)',
    );
  });

  it('counts the front where there is no best trial, and shows all values', () => {
    const several = { ...shape, front: 7, running: [{ ...running[0]!, values: { loss: 0.5, size: 3 } }], trend: undefined };
    const lines = progressFrame(state, several, 80, 24, 12_000);
    expect(lines.slice(-2)).toEqual(['7 on the front  3 running  (1 stopped, 1 failed)', '  trial 22  step 1 of 9  loss 0.5 size 3  12 s']);
  });

  it('shows the trend, the counts, and what runs', () => {
    expect(progressFrame(state, { ...shape, running: running.slice(0, 3) }, 80, 24, 12_000)).toEqual([
      ...trend(79, 6),
      '██████████████████░░░░░░ 30/40 trials  65 s, about 20 s left  2/s',
      'best loss 0.33333 (trial 3)  3 running  (1 stopped, 1 failed)',
      '  trial 22  step 1 of 9  1        12 s',
      '  trial 23  step 2 of 9  0.5      12 s',
      '  trial 24  step 3 of 9  0.33333  12 s',
    ]);
  });

  it.each([
    [40, 10],
    [60, 12],
    [80, 24],
    [120, 50],
  ])('fits a window of %i columns and %i lines', (columns, rows) => {
    const lines = progressFrame(state, shape, columns, rows, 12_000);
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
  });
});
