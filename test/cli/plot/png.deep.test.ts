import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { hypertide, studyIn } from '../support.ts';

const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});

it('a browser draws the whole figure', async () => {
  const place = studyIn();
  const lines = [0.1, 0.5, 0.9].map((x) => JSON.stringify({ params: { x }, values: { value: (x - 0.5) ** 2 } }));
  writeFileSync(join(place, 'done.jsonl'), lines.join('\n'));
  await hypertide(place, 'study', 'import', 'study.yaml', 'done.jsonl');
  const script = fileURLToPath(new URL('../../scripts/ensure-chromium.sh', import.meta.url));
  mkdirSync(join(place, 'bin'));
  symlinkSync(execFileSync(script, { encoding: 'utf8' }).trim(), join(place, 'bin/chromium'));
  process.env.PATH = `${join(place, 'bin')}${delimiter}${PATH}`;
  expect(await hypertide(place, 'study', 'plot', 'study.jsonl', 'history', '--output', 'x.png')).toMatchObject({ code: 0 });
  const png = readFileSync(join(place, 'x.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * 760, 2 * 366]);
  expect(png.length).toBeGreaterThan(5000);
});
