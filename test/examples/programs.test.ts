import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = join(root, 'examples');

/** Runs an example as a person does, and gives what it prints. Rejects with what it said, if it fails. */
const run = async (file: string, ...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join(directory, file), ...args], { cwd: root });
  return stdout;
};

const short = readdirSync(directory).filter((file) => /^\d\d-.*\.ts$/.test(file));

it.each(short)(
  '%s shows what it says',
  async (file) => {
    expect(await run(file)).not.toBe('');
  },
  240_000, // some of them train
);

it('the main example ends with a table of the best trials', async () => {
  const shown = await run('start.ts', '--trials', '6', '--epochs', '9');
  expect(shown.match(/^trial \d+: (completed|stopped) after \d+ epochs/gm)).toHaveLength(6);
  expect(shown).toMatch(/│ trial +│ validation error +│ units +│ activation +│ learning rate +│ L2 +│ epochs +│ proposed by +│/);
  expect(shown).toMatch(/gets \d+\.\d\d % of the test images wrong/);
  expect(shown).toMatch(/\d of 6 trials were stopped early: \d+ epochs instead of 54/);
});

it('the main example goes on with a journal', async () => {
  const home = mkdtempSync(join(tmpdir(), 'hypertide-'));
  try {
    const journal = join(home, 'digits.jsonl');
    const first = await run('start.ts', '--trials', '3', '--epochs', '3', '--journal', journal);
    const second = await run('start.ts', '--trials', '5', '--epochs', '3', '--journal', journal);
    const trials = (shown: string) => shown.split('\n').filter((line) => line.startsWith('trial '));
    expect(trials(first)).toHaveLength(3);
    expect(trials(second).slice(0, 3)).toEqual(trials(first));
    expect(trials(second)).toHaveLength(5);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('the main example says in one line what is wrong with its arguments', async () => {
  for (const wrong of [
    ['--trials', 'many'],
    ['--parallel', '0'],
    ['--nonsense', '1'],
  ]) {
    await expect(run('start.ts', ...wrong)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]+\n$/) });
  }
});
