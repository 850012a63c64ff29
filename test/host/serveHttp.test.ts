import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { directory, hypertide } from '../cli/support.ts';

it('begins no study if it may not listen', async () => {
  const place = directory();
  writeFileSync(join(place, 'study.yaml'), 'parameters:\n  x: { type: float, low: 0, high: 1 }\nobjective: minimize loss\ntrials: 3\n');
  const { code, err } = await hypertide(place, 'serve', 'study.yaml', '--http', '0.0.0.0:0');
  expect(code).toBe(2);
  expect(err).toContain('0.0.0.0: without users, other machines could do everything on this server');
  expect(readdirSync(place)).toEqual(['study.yaml']);
});
