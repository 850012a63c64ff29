import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { index, type Rng, rngFor } from '../../../src/numeric/random.ts';
import { encodeFact, objectOf } from '../../../streams/log/journalCodec.ts';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { auditJournal, objectsOf } from '../../../streams/log/repair.ts';
import { NONE, sealLines } from '../../../streams/log/seal.ts';
import { coded } from '../../support/coded.ts';
import { runs } from '../../support/runs.ts';
import { entriesOf, journalPath, quiet, visit } from './support.ts';

const FACTS = 60;
const facts = Array.from({ length: FACTS }, (_, n) => ({ n, text: 'ä😀'.repeat(n % 5) }));

const original = Buffer.concat(
  sealLines(
    facts.map((fact) => objectOf(encodeFact(7, fact))),
    0,
    NONE,
  ).lines,
);
const lineFeeds = [...original.keys()].filter((i) => original[i] === 10);
const lines = original.toString().split('\n').slice(0, -1);

/** The journal with other bytes instead of some line feeds. */
function withEnds(which: readonly number[], bytes: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const at of which) {
    parts.push(original.subarray(from, at), Buffer.from(bytes));
    from = at + 1;
  }
  return Buffer.concat([...parts, original.subarray(from)]);
}
const read = async (path: string) => (await entriesOf(readJournal(path, quiet))).map(({ fact }) => fact);
const tornIn = (path: string) => (existsSync(`${path}.torn`) ? readFileSync(`${path}.torn`) : Buffer.alloc(0));

describe('damaged ends of lines', () => {
  const damages: Readonly<Record<string, Buffer>> = {
    'the last one is missing': withEnds(lineFeeds.slice(-1), ''),
    'the last one is another byte': withEnds(lineFeeds.slice(-1), '*'),
    'the last two are vertical tabs': withEnds(lineFeeds.slice(-2), '\v'),
    'the last ten are NUL': withEnds(lineFeeds.slice(-10), '\0'),
    'the last twenty are missing': withEnds(lineFeeds.slice(-20), ''),
    'ten in the middle are missing': withEnds(lineFeeds.slice(20, 30), ''),
    'all but the last are missing': withEnds(lineFeeds.slice(0, -1), ''),
    'all are carriage returns': withEnds(lineFeeds, '\r'),
    'all are carriage returns and line feeds': withEnds(lineFeeds, '\r\n'),
    'all are line separators': withEnds(lineFeeds, '\u2028'),
    'all are missing': withEnds(lineFeeds, ''),
    'all are missing, and a torn line follows': Buffer.concat([withEnds(lineFeeds, ''), Buffer.from('{"at":7,"n":6')]),
  };
  it.each(Object.keys(damages))('cost no entry and no byte: %s', async (name) => {
    const bytes = damages[name]!;
    const path = journalPath();
    writeFileSync(path, bytes);
    expect(await read(path)).toEqual(facts);
    expect([...objectsOf(auditJournal(bytes).lines)].map((text) => JSON.parse(text).n)).toEqual(facts.map(({ n }) => n));
    expect(readFileSync(path).equals(bytes)).toBe(true); // reading changes nothing

    const log = await openJournal(path, quiet);
    await log.append({ n: FACTS });
    await log.close();
    expect(await read(path)).toEqual([...facts, { n: FACTS }]);
    const whole = bytes.lastIndexOf(10) + 1;
    expect(readFileSync(path).subarray(0, whole).equals(bytes.subarray(0, whole))).toBe(true);
    expect(readFileSync(path).includes(bytes.subarray(whole)) || tornIn(path).includes(bytes.subarray(whole))).toBe(true);
    expect((await visit(path)).facts).toEqual([...facts, { n: FACTS }]);
  });

  /** Damages a file anywhere. */
  const anywhere: readonly ((file: Buffer, rng: Rng) => Buffer)[] = [
    (file, rng) => file.subarray(0, 1 + index(rng, file.length)),
    (file, rng) => file.subarray(index(rng, file.length)),
    (file, rng) => {
      const from = index(rng, file.length);
      return Buffer.concat([file.subarray(0, from), file.subarray(Math.min(file.length, from + index(rng, 500)))]);
    },
    (file, rng) => {
      const copy = Buffer.from(file);
      for (let flips = 1 + index(rng, 20); flips > 0; flips--) copy[index(rng, copy.length)]! ^= 1 << index(rng, 8);
      return copy;
    },
    (file, rng) => {
      const from = index(rng, file.length);
      return Buffer.from(file).fill(0, from, Math.min(file.length, from + index(rng, 2000)));
    },
    (file, rng) =>
      Buffer.from(
        file.toString('latin1').replaceAll('\n', () => ['', '\n', '\r\n', '\0'][index(rng, 4)]!),
        'latin1',
      ),
    (file, rng) => Buffer.concat([file.subarray(index(rng, file.length)), file]),
    (file, rng) => {
      const at = index(rng, file.length);
      return Buffer.concat([file.subarray(0, at), Buffer.from('\n"}\0{"at":'), file.subarray(at)]);
    },
  ];
  it('and any other damage cost no line that stands in the file, and no byte', async () => {
    for (let run = 0; run < runs(40, 25); run++) {
      const rng = rngFor('damage', 'end', run);
      let bytes: Buffer = original;
      for (let times = 1 + index(rng, 2); times > 0; times--) bytes = anywhere[index(rng, anywhere.length)]!(bytes, rng);
      const text = bytes.toString('latin1');
      const standing = facts.filter((_, i) => text.includes(Buffer.from(lines[i]!).toString('latin1')));
      const path = journalPath();
      writeFileSync(path, bytes);
      const numbers = (found: readonly unknown[]) => new Set(found.map((fact) => (fact as { n?: number } | undefined)?.n));
      const before = numbers(await read(path));
      expect(
        standing.filter(({ n }) => !before.has(n)),
        `run ${run}`,
      ).toEqual([]);
      const log = await openJournal(path, quiet).catch((error: Error) => error);
      if (log instanceof Error) {
        expect([log.message, standing, readFileSync(path).equals(bytes)], `run ${run}`).toEqual([
          expect.stringContaining('there is no entry'),
          [],
          true,
        ]);
        continue;
      }
      await log.append({ n: FACTS });
      await log.close();
      const after = numbers(await read(path));
      expect(
        [...standing, { n: FACTS }].filter(({ n }) => !after.has(n)),
        `run ${run}`,
      ).toEqual([]);
      const whole = bytes.lastIndexOf(10) + 1;
      const now = readFileSync(path);
      const isKept =
        now.subarray(0, bytes.length).equals(bytes) ||
        (now.subarray(0, whole).equals(bytes.subarray(0, whole)) && tornIn(path).includes(bytes.subarray(whole)));
      expect(isKept, `run ${run}`).toBe(true);
    }
  });
});

describe('what opening a journal does not understand', () => {
  it('is added to the same file each time', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    await log.append({ n: 0 });
    await log.close();
    for (const torn of ['{"at":7,"n":', '\0\0\0']) {
      appendFileSync(path, torn);
      const { said, facts: left } = await visit(path);
      expect(left).toEqual([{ n: 0 }]);
      expect(said).toEqual([expect.stringContaining(`${Buffer.byteLength(torn)} bytes, is in ${path}.torn now`)]);
    }
    expect(readFileSync(`${path}.torn`, 'utf8')).toBe('{"at":7,"n":\n\0\0\0\n');
  });

  it('is taken from there if the process was killed before it had appended it', async () => {
    const path = journalPath();
    const cut = lineFeeds[30]! + 1;
    writeFileSync(path, original);
    truncateSync(path, cut);
    writeFileSync(`${path}.torn`, `{"at":7,"n":\n${lines.slice(31).join('')}\n`);
    const { said, facts: now } = await visit(path);
    expect(now).toEqual(facts);
    expect(said).toEqual([expect.stringContaining(`29 entries of ${path}.torn belong at its end`)]);
    expect((await visit(path)).said).toEqual([]);
  });

  it('does not come back in another study, nor once the journal has other entries', async () => {
    const path = journalPath();
    writeFileSync(`${path}.torn`, `${lines.slice(1).join('')}\n`);
    for (const n of [1, 2]) {
      const log = await openJournal(path, quiet);
      await log.append({ other: n });
      await log.close();
    }
    expect(await read(path)).toEqual([{ other: 1 }, { other: 2 }]);
  });

  it.each(['{"at":17', '\0'.repeat(100), 'notes', 'parameters:'])('never becomes a new journal: %j', async (text) => {
    const path = journalPath();
    writeFileSync(path, text);
    await expect(openJournal(path, quiet)).rejects.toThrow(coded('journal'));
    expect(readFileSync(path, 'utf8')).toBe(text);
    rmSync(path);
    expect(existsSync(`${path}.torn`)).toBe(false);
  });
});
