import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { sealOf } from '../../../streams/log/seal.ts';
import { entriesOf, journalPath } from './support.ts';

const quiet = { warn: () => {}, clock: () => 7, fsync: 'never' } as const;

/** A journal with facts that are numbered from 1, and its lines. */
async function written(facts: number) {
  const path = journalPath();
  await appended(path, 1, facts);
  return { path, lines: linesOf(path) };
}
async function appended(path: string, from: number, to: number) {
  const log = await openJournal(path, quiet);
  for (let n = from; n <= to; n++) await log.append({ n });
  await log.close();
}
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const write = (path: string, lines: readonly string[]) => writeFileSync(path, lines.map((line) => `${line}\n`).join(''));

async function read(path: string): Promise<{ entries: Entry[]; said: string[] }> {
  const said: string[] = [];
  const entries = await entriesOf(readJournal(path, { warn: (text) => said.push(text.slice(path.length + 1)) }));
  return { entries, said };
}
const numbers = (entries: readonly Entry[]) => entries.map(({ fact }) => (fact as { n?: number }).n);

describe('the checksum of a line', () => {
  it('covers its position and the checksum of the line before it, over a restart too', async () => {
    const { path } = await written(2);
    await appended(path, 3, 4);
    const seals = linesOf(path).map((line) => sealOf(Buffer.from(line))!);
    expect(seals.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(seals.map(({ previous }) => previous)).toEqual(['00000000', ...seals.slice(0, -1).map(({ own }) => own)]);
    expect((await read(path)).said).toEqual([]);
  });

  it('does not match if any bit of the line is flipped', async () => {
    const { lines } = await written(1);
    const line = Buffer.from(lines[0]!);
    expect(sealOf(line)).toBeDefined();
    for (let bit = 0; bit < 8 * line.length; bit++) {
      const flipped = Buffer.from(line);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(sealOf(flipped), `bit ${bit}`).toBeUndefined();
    }
  });

  it('keeps a line that was changed from counting', async () => {
    const { path, lines } = await written(3);
    write(path, [lines[0]!, lines[1]!.replace('"n":2', '"n":9'), lines[2]!]);
    const { entries, said } = await read(path);
    expect(entries[1]).toMatchObject({ position: 2, fact: expect.any(String), refusal: { code: 'damaged' } });
    expect(numbers(entries)).toEqual([1, undefined, 3]);
    expect(said).toEqual([expect.stringMatching(/^2: /)]);
  });

  it('shows where lines are missing or have moved, in one warning', async () => {
    const { path, lines } = await written(6);
    write(path, lines.toSpliced(2, 1));
    expect(await read(path)).toMatchObject({ said: [expect.stringMatching(/^3: holds entry 4: /)] });
    write(path, lines.toSpliced(2, 0, lines[1]!));
    const { entries, said } = await read(path);
    expect(said).toEqual([expect.stringMatching(/^3: holds entry 2: /)]);
    expect(numbers(entries)).toEqual([1, 2, 2, 3, 4, 5, 6]);
  });

  it('is missing in the lines of older journals, which count as before, and continues after them', async () => {
    const path = journalPath();
    write(path, ['{"at":7,"n":1}', '{"at":7,"n":2}']);
    await appended(path, 3, 3);
    const { entries, said } = await read(path);
    expect([numbers(entries), said]).toEqual([[1, 2, 3], []]);
    expect(linesOf(path).map((line) => sealOf(Buffer.from(line))?.position)).toEqual([undefined, undefined, 3]);
  });

  it('may end with a carriage return, as some editors write it', async () => {
    const { path, lines } = await written(2);
    writeFileSync(path, lines.map((line) => `${line}\r\n`).join(''));
    expect(await read(path)).toMatchObject({ entries: [{ fact: { n: 1 } }, { fact: { n: 2 } }], said: [] });
  });
});

it('the first fact of a study is written twice, and no other', async () => {
  const path = journalPath();
  const created = { type: 'created', study: 'x' };
  const log = await openJournal(path, quiet);
  await Promise.all([log.append(created), log.append({ n: 1 })]);
  expect(await log.head()).toBe(3);
  await log.append(created);
  await log.close();
  expect((await entriesOf(log.read())).map(({ fact }) => fact)).toEqual([created, created, { n: 1 }, created]);
});
