import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { fileOffset, gapIn, openLog, outputOffset } from '../../src/programs/logFile.ts';

/** @param before the content of the file so far */
function written(lines: number, before = '') {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const path = join(directory, 'trials', '1.log');
  if (before !== '') {
    mkdirSync(dirname(path));
    writeFileSync(path, before);
  }
  const said: string[] = [];
  const log = openLog(path, (message) => said.push(message), { beginning: 100, end: 200, longest: 1000 });
  for (let n = 0; n < lines; n++) log.write(Buffer.from(`line ${n}\n`));
  log.close();
  return { path, said, text: readFileSync(path, 'utf8') };
}

it('keeps all of an output', () => {
  const { text, said } = written(100);
  expect(text).toBe(Array.from({ length: 100 }, (_, n) => `line ${n}\n`).join(''));
  expect(said).toEqual([]);
});

it('keeps the beginning and the end of a very long output, and notes the gap once', () => {
  const { path, text, said } = written(5000);
  expect(text.length).toBeLessThanOrEqual(1000);
  expect(text.startsWith('line 0\nline 1\n')).toBe(true);
  expect(text.endsWith('line 4998\nline 4999\n')).toBe(true);
  const all = Array.from({ length: 5000 }, (_, n) => `line ${n}\n`).join('');
  const [before, after] = text.split(/\n\[hypertide: \d+ bytes of output are left out here\]\n/) as [string, string];
  expect(all.startsWith(before)).toBe(true);
  expect(all.endsWith(after)).toBe(true);
  const [, bytes] = text.match(/: (\d+) bytes/)!;
  expect(Number(bytes)).toBeGreaterThanOrEqual(all.length - before.length - after.length);
  expect(said).toEqual([`${path}: the output is longer than ${1000 / 2 ** 20} MiB: only its beginning and its end are kept`]);
});

it('counts what the file holds already', () => {
  const before = 'before\n'.repeat(100); // 700 bytes
  const { text } = written(60, before); // 470 bytes more
  expect(text.length).toBeLessThanOrEqual(1000);
  expect(text.startsWith(before.slice(0, 100))).toBe(true);
  expect(text.endsWith('line 58\nline 59\n')).toBe(true);
  expect(text).toMatch(/\n\[hypertide: \d+ bytes of output are left out here\]\n/);
});

it.each([1, 60, 200])('a reader that polls after every %s lines gets each line once, and a note of what is left out', (pause) => {
  const { path } = written(0, 'line 0\n');
  let printed = 0;
  let text = '';
  const look = () => {
    const file = openSync(path, 'r');
    const gap = gapIn(file, 100);
    closeSync(file);
    const bytes = readFileSync(path);
    text += bytes.toString('utf8', fileOffset(printed, gap));
    printed = outputOffset(bytes.length, gap);
  };
  const open = () => openLog(path, () => {}, { beginning: 100, end: 200, longest: 1000 });
  let log = open();
  for (let n = 1; n < 1000; n++) {
    log.write(Buffer.from(`line ${n}\n`));
    if (n % pause === 0) look();
    if (n % 300 !== 0) continue;
    log.close();
    log = open(); // another attempt
  }
  look();
  const seen = text.split(/\n\[hypertide: \d+ bytes of output are left out here\]\n/);
  const all = Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join('');
  let after = 0;
  for (const part of seen) {
    after = all.indexOf(part, after) + part.length;
    expect(all.slice(0, after).endsWith(part)).toBe(true);
  }
  expect([printed, after]).toEqual([all.length, all.length]);
  if (pause === 1) expect(text).toBe(all);
  else expect(seen.length).toBeGreaterThan(1);
});
