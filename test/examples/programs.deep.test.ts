import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { comparison, readRecord } from '../../examples/digits/record.ts';
import { natsServer } from '../support/nats.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = join(root, 'examples');

/** Runs an example as users do. @returns its output. Rejects with its output if it fails. */
const run = async (file: string, ...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join(directory, file), ...args], { cwd: root });
  return stdout;
};

const short = readdirSync(directory).filter((file) => /^\d\d-.*\.ts$/.test(file));

it.each(short)('%s shows what it says', async (file) => {
  expect(await run(file)).not.toBe('');
});

it('tunes prompts with a part of the answers, and tells what to expect on other questions', async () => {
  const shown = await run('prompts/tune.ts');
  const [trials, whole, right] = [/^(\d+) trials/, /for (\d+) configurations/, /questions: (\d+) right$/m].map((of) =>
    Number(of.exec(shown)?.[1]),
  );
  expect(whole).toBeGreaterThan(5);
  expect(trials).toBeGreaterThan(3 * whole!);
  expect(right).toBeGreaterThan(10);
  expect((await run('prompts/front.ts')).match(/^0\.\d\d right, \$/gm)!.length).toBeGreaterThan(1);
});

it('tunes a solver with a part of its runs, which is then better than a guess on other instances', async () => {
  const shown = await run('instances/tune.ts');
  const [runs, whole, best, guess] = [/^(\d+) runs/, /need (\d+)$/m, /instances: (\d\.\d+)/, /guess (\d\.\d+)/].map((of) =>
    Number(of.exec(shown)?.[1]),
  );
  expect(runs).toBeLessThan(whole! / 2);
  expect(best).toBeLessThan(guess!);
});

it('tunes a player, who then beats the opponent from other openings', async () => {
  const shown = await run('games/tune.ts');
  const [pairs, whole, points] = [/^(\d+) pairs/, /need (\d+)$/m, /openings: (\d\.\d+)/].map((of) => Number(of.exec(shown)?.[1]));
  expect(pairs).toBeLessThan(whole! / 2);
  expect(points).toBeGreaterThan(0.5);
});

it('tunes a server, of which some configurations run out of memory', async () => {
  const shown = await run('serving/tune.ts');
  const [traces, whole, failed, loss] = [/^(\d+) traces/, /need (\d+);/, /(\d+) trials ran out/, /other traces: (-?\d+\.\d+);/].map((of) =>
    Number(of.exec(shown)?.[1]),
  );
  expect(traces).toBeLessThan(whole! / 2);
  expect(failed).toBeGreaterThan(0);
  expect(loss).toBeLessThan(0.2);
});

it('the main example ends with a table of the best trials and a comparison of strategies', async () => {
  const shown = await run('start.ts', '--cost', '160'); // with fewer epochs, all trials may be stopped
  expect(shown.match(/^trial \d+: (completed|stopped) after \d+ epochs?,/gm)!.length).toBeGreaterThan(2);
  expect(shown).toMatch(/^trial +loss +units +rate +schedule +momentum +batch +L2 +scale +by$/m);
  expect(shown).toMatch(/gets \d+\.\d\d % of the test images wrong/);
  expect(shown).toMatch(/\d of \d+ trials were stopped early: \d+ epochs instead of \d+/);
  expect(shown).toContain(comparison(readRecord()));
});

it('the main example continues with a journal', async () => {
  const home = mkdtempSync(join(tmpdir(), 'hypertide-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const journal = join(home, 'digits.jsonl');
  const first = await run('start.ts', '--cost', '30', '--journal', journal);
  const second = await run('start.ts', '--cost', '90', '--journal', journal);
  const trials = (shown: string) => shown.split('\n').filter((line) => /^trial \d/.test(line));
  expect(trials(first).length).toBeGreaterThan(0);
  expect(trials(second).slice(0, trials(first).length)).toEqual(trials(first));
  expect(trials(second).length).toBeGreaterThan(trials(first).length);
});

it('the main example reports wrong arguments in one line', async () => {
  for (const wrong of [
    ['--cost', 'much'],
    ['--parallel', '0'],
    ['--nonsense', '1'],
  ]) {
    await expect(run('start.ts', ...wrong)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]+\n$/) });
  }
});

it('the services of the platform tune a model, and again when its data have changed', async () => {
  await using server = await natsServer();
  const begin = (file: string) =>
    spawn(process.execPath, ['--import', 'tsx', join(directory, 'platform', file), server.url], { cwd: root });
  const services = [begin('tuner.ts'), begin('trainers.ts')];
  onTestFinished(() => void services.map((service) => service.kill()));
  const shown = await run('platform/trigger.ts', server.url);
  expect(shown).toMatch(/^demand-1: trial \d+, error 0\.\d+ with .*\ndemand-2: trial \d+, error \d/);
});
