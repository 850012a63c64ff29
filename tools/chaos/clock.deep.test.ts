import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { command } from '../../test/support/command.ts';
import { startIn } from '../../test/support/started.ts';
import { clockIn } from './noticed.ts';

const place = mkdtempSync(join(tmpdir(), 'hypertide-clock-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

it('a study continues while the clock jumps by days, back and forth', async () => {
  const clock = join(place, 'clock');
  const study = 'name: study\nparameters:\n  x: { type: float, low: 0, high: 1 }\nstrategy: random\nseed: 1\ntrials: 40\nparallel: 2\n';
  writeFileSync(join(place, 'study.yaml'), study);
  const program = ['sh', '-c', 'sleep 0.1; echo value={x}'];
  const { child, ended } = startIn(place, ['run', 'study.yaml', '--', ...program], { ...process.env, ...clockIn(place) });
  const journal = join(place, 'study.jsonl');
  const completed = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('"type":"completed"').length - 1 : 0);
  for (const jump of ['+1d', '-2d', '+30d', '-400d', '+0d']) {
    const before = completed();
    while (child.exitCode === null && completed() < before + 4) await sleep(20);
    writeFileSync(`${clock}.next`, jump);
    renameSync(`${clock}.next`, clock); // libfaketime ends a program that reads the file while it is written
  }
  expect((await ended).code).toBe(0);

  const facts = readFileSync(journal, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { at: number; type: string; seconds?: number });
  const steps = facts.slice(1).map(({ at }, i) => at - facts[i]!.at);
  expect(Math.max(...steps.map(Math.abs))).toBeGreaterThan(20 * 3600_000); // the clock did jump
  const ends = facts.filter(({ type }) => type === 'completed');
  expect(ends).toHaveLength(40);
  for (const { seconds } of ends) expect(seconds).toBeLessThan(3600);
  expect(execFileSync(command[0], [...command.slice(1), 'verify', 'study.jsonl'], { cwd: place, encoding: 'utf8' })).toMatch(
    /all equal\n$/,
  );
});
