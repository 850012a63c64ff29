import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { claimant, claimOf, isGone, isOf } from '../../src/host/claimant.ts';

it('keeps claims as long as their claimant and its process last', async () => {
  const own = claimant();
  const claim = claimOf(own.name, '1');
  expect([isGone(claim), isOf(own.name, claim), isOf(claimant().name, claim)]).toEqual([false, true, false]);
  own.end();
  expect(isGone(claim)).toBe(true);

  const program = `import('./src/host/claimant.ts').then(({ claimant, claimOf }) => process.stdout.write(claimOf(claimant().name, 'a')))`;
  const other = spawn(process.execPath, ['--import', 'tsx', '-e', `${program}; setInterval(() => {}, 1000)`]);
  const [said] = await once(other.stdout, 'data');
  expect(isGone(String(said))).toBe(false);
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(isGone(String(said))).toBe(true);
});

it('knows no other claims, such as those of trainers elsewhere', () => {
  for (const claim of ['1.1', 'b7a3c1d2-0000-4000-8000-000000000000', `${process.pid}:x:y`]) expect(isGone(claim)).toBe(true);
});
