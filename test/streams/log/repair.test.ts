import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { index, type Rng, rngFor } from '../../../src/numeric/random.ts';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { auditJournal, objectsOf, repairJournal } from '../../../streams/log/repair.ts';
import { NONE, sealLines, unsealed } from '../../../streams/log/seal.ts';
import { coded } from '../../support/coded.ts';
import { runs } from '../../support/runs.ts';
import { entriesOf, journalPath, quiet } from './support.ts';

const created = '{"at":7,"type":"created","study":"x"}';
const objects = [created, created, ...Array.from({ length: 240 }, (_, n) => `{"at":7,"type":"reported","trial":${n}}`)];
/** A journal, by its lines without line feeds. */
const original = sealLines(objects, 0, NONE).lines.map((line) => line.subarray(0, -1));
const joined = (lines: readonly Buffer[]) => Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')]));
const damageIn = (lines: readonly Buffer[]) => auditJournal(joined(lines)).damage.map(({ line, what }) => `${line}: ${what}`);
const edited = (line: Buffer) => Buffer.from(line.toString().replace('"trial":', '"trial":4'));
const UNLINKED = 'was not written after the line before it: lines were lost, moved or edited';

describe('the audit of a journal', () => {
  it('finds nothing in one that is as it was written, with a torn end or without checksums too', () => {
    for (const lines of [original, original.map((line) => Buffer.from(unsealed(line)))])
      for (const end of ['', '{"at":1,"n":'])
        expect(auditJournal(Buffer.concat([joined(lines), Buffer.from(end)]))).toEqual({ damage: [], lines, isTorn: end !== '' });
  });

  /** Damages a file in one place. @returns the file, and the entry that is gone. */
  const damages: Readonly<Record<string, (rng: Rng) => { file: Buffer; gone?: number }>> = {
    'a flipped bit': (rng) => {
      const file = joined(original);
      const bit = index(rng, 8 * file.length);
      const isLineFeed = file[bit >> 3] === 10; // both lines around it are left
      const gone = isLineFeed ? undefined : file.subarray(0, bit >> 3).filter((byte) => byte === 10).length;
      file[bit >> 3]! ^= 1 << (bit & 7);
      return { file, ...(gone !== undefined && { gone }) };
    },
    'a missing line': (rng) => {
      const gone = index(rng, original.length - 1); // without its last line, a journal is whole
      return { file: joined(original.toSpliced(gone, 1)), gone };
    },
    'two lines that changed places': (rng) => {
      const a = index(rng, original.length);
      const b = (a + 1 + index(rng, original.length - 1)) % original.length;
      return { file: joined(original.with(a, original[b]!).with(b, original[a]!)) };
    },
    'a line that stands twice': (rng) => {
      const copy = original[index(rng, original.length)]!;
      return { file: joined(original.toSpliced(index(rng, original.length + 1), 0, copy)) };
    },
    'a line of other bytes': (rng) => {
      const gone = index(rng, original.length);
      return { file: joined(original.with(gone, Buffer.from(original[gone]!.map(() => 32 + index(rng, 90))))), gone };
    },
  };
  it.each(Object.keys(damages))('finds %s, and loses no other line', (name) => {
    for (let run = 0; run < runs(300, 50); run++) {
      const { file, gone } = damages[name]!(rngFor('audit', name, run));
      const { damage, lines } = auditJournal(file);
      expect(damage.length, `run ${run}`).toBeGreaterThan(0);
      const left = new Set(lines.map((line) => line?.toString()));
      const missing = original.flatMap((line, i) => (left.has(line.toString()) ? [] : [i]));
      expect(missing, `run ${run}`).toEqual(gone === undefined ? [] : [gone]);
    }
  });

  it('says which lines are damaged', () => {
    const [third, fourth, fifth] = original.slice(2) as [Buffer, Buffer, Buffer];
    expect(damageIn(original.toSpliced(2, 1))).toEqual([`3: ${UNLINKED}`]);
    expect(damageIn(original.toSpliced(0, 1))).toEqual([`1: ${UNLINKED}`]);
    expect(damageIn(original.toSpliced(3, 0, third))).toEqual([`4: ${UNLINKED}`]);
    for (const line of [Buffer.from('x'), edited(third)])
      expect(damageIn(original.with(2, line))).toEqual(['3: is damaged, and does not count']);
    const byHand = Buffer.from(unsealed(edited(third)));
    expect(damageIn(original.with(2, byHand))).toEqual([`3: ${UNLINKED}`, `4: ${UNLINKED}`]);
    const glued = Buffer.concat([fourth, Buffer.from('*'), fifth]);
    expect(damageIn(original.toSpliced(3, 2, glued))).toEqual(['4: is damaged; the 2 entries in it count']);
    expect(auditJournal(joined(original).subarray(0, -1)).damage).toEqual([
      { line: original.length, what: 'is damaged; the entry in it counts' },
    ]);
  });

  it('finds no damage where a study continued after it', async () => {
    for (const [lines, expected] of [
      [original.toSpliced(4, 1), [`5: ${UNLINKED}`]],
      [original.with(original.length - 1, Buffer.from('x')), [`${original.length}: is damaged, and does not count`]],
      [original.slice(0, 9).map((line) => Buffer.from(unsealed(line))), []],
    ] as const) {
      const path = journalPath();
      writeFileSync(path, joined(lines));
      const log = await openJournal(path, quiet);
      for (const n of [1, 2]) await log.append({ n });
      await log.close();
      expect(auditJournal(readFileSync(path)).damage.map(({ line, what }) => `${line}: ${what}`)).toEqual(expected);
    }
  });

  it('takes time that grows with the lines of a journal without line feeds, not with their square', () => {
    const glued = Buffer.concat(original.map((line, i) => (i % 3 > 0 ? line : edited(line))));
    const reads = vi.spyOn(Buffer.prototype, 'subarray');
    const { lines } = auditJournal(glued);
    const { length } = reads.mock.calls;
    reads.mockRestore();
    expect([...objectsOf(lines)]).toEqual(objects.filter((_, i) => i % 3 > 0 || i === 0)); // there is no trial in the first one
    expect(length).toBeLessThan(10 * original.length);
  });
});

describe('the copy of a journal', () => {
  it('has what can be read, each entry at its position, and the journal stays as it is', async () => {
    const path = journalPath();
    writeFileSync(path, joined(original.with(9, edited(original[9]!)).with(19, Buffer.from('rubbish')).toSpliced(200, 0, original[200]!)));
    const before = readFileSync(path);
    const { damage, lost, entries } = await repairJournal(path, `${path}.copy`);
    expect([damage.map(({ line }) => line), lost, entries]).toEqual([[10, 20, 202], [10, 20], original.length + 1]);
    const read = (from: string) => entriesOf(readJournal(from, quiet));
    const facts = (await read(path)).map(({ fact }) => fact);
    expect((await read(`${path}.copy`)).map(({ fact }) => fact)).toEqual(facts.with(9, {}).with(19, {}));
    expect(auditJournal(readFileSync(`${path}.copy`)).damage).toEqual([]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('has the same bytes if nothing is damaged', async () => {
    const path = journalPath();
    writeFileSync(path, joined(original));
    expect(await repairJournal(path, `${path}.copy`)).toMatchObject({ damage: [], lost: [] });
    expect(readFileSync(`${path}.copy`).equals(joined(original))).toBe(true);
  });

  it('is all JSON, also where an object has no fields', async () => {
    const path = journalPath();
    writeFileSync(path, '{"at":7,"n":1}\n{}\n { }\nrubbish\n {"at":7,"n":2}\n');
    expect((await repairJournal(path, `${path}.copy`)).lost).toEqual([4]);
    const copied = readFileSync(`${path}.copy`, 'utf8').trimEnd().split('\n');
    expect(copied.map((line) => JSON.parse(line)).map(({ at, n }) => [at, n])).toEqual([
      [7, 1],
      [0, undefined],
      [0, undefined],
      [0, undefined],
      [7, 2],
    ]);
  });

  it('overwrites no file', async () => {
    const path = journalPath();
    writeFileSync(path, joined(original));
    writeFileSync(`${path}.copy`, 'mine');
    await expect(repairJournal(path, `${path}.copy`)).rejects.toThrow(coded('journal'));
    await expect(repairJournal(`${path}.none`, `${path}.new`)).rejects.toThrow(coded('journal'));
    expect([readFileSync(`${path}.copy`, 'utf8'), existsSync(`${path}.new`)]).toEqual(['mine', false]);
  });
});
