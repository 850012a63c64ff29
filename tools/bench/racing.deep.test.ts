import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('the benchmark of races compares policies, of which a race needs fewer results', () => {
  const options = ['--worlds', 'answers', '--policies', 'race', '--seeds', '2', '--full', '10'];
  const printed = execFileSync(process.execPath, ['--import', 'tsx', 'tools/bench/racing.ts', ...options], { encoding: 'utf8' });
  const fewer = [...printed.matchAll(/^ {2}(\w+) .*same quality: ([\d.]+)$/gm)].map(
    ([, policy, times]) => [policy, Number(times)] as const,
  );
  expect(fewer.map(([policy]) => policy)).toEqual(['all', 'race']);
  expect(fewer[1]![1]).toBeGreaterThan(fewer[0]![1]);
}, 120_000);
