import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { index, type Rng, rngFor } from '../../../../src/numeric/random.ts';
import { float, type Log, optimize, random, space } from '../../../../streams/index.ts';
import { openJournal } from '../../../../streams/log/journal.ts';
import { auditJournal } from '../../../../streams/log/repair/audit.ts';
import { checksumOf, sealLines, unsealed } from '../../../../streams/log/seal.ts';
import { runs } from '../../../support/runs.ts';
import { entriesOf, journalPath } from '../support.ts';

const line = space({ x: float(0, 1) });
const TRIALS = 60;

/** The lines of the journal of a study, without line feeds. */
async function studied(): Promise<readonly Buffer[]> {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const path = join(directory, 'study.jsonl');
  const log = await openJournal(path, { fsync: 'never' });
  const objective = ({ x }: { x: number }, { report }: { report: (value: number) => void }) => {
    report(x + 1);
    return x;
  };
  await optimize(line, objective, { strategy: random(), trials: TRIALS, parallel: 3, seed: 1, log }).result();
  await log.close();
  const file = readFileSync(path);
  rmSync(directory, { recursive: true });
  return split(file);
}
const split = (file: Buffer) =>
  file
    .toString('latin1')
    .split('\n')
    .slice(0, -1)
    .map((text) => Buffer.from(text, 'latin1'));
const joined = (lines: readonly Buffer[]) => Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')]));
const damageIn = (lines: readonly Buffer[]) => auditJournal(joined(lines)).damage.map(({ line, what }) => `${line}: ${what}`);

const original = await studied();
const objects = new Map(original.map((bytes, i) => [i + 1, unsealed(bytes)]));

describe('the audit of a journal', () => {
  it('finds nothing in one that is as it was written', () => {
    expect(original).toHaveLength(4 * TRIALS + 3);
    expect(auditJournal(joined(original))).toEqual({ damage: [], objects, end: original.length, isTorn: false, beginsTwice: true });
  });

  /** Damages a file in one place. @returns the file, and the positions of the entries that are gone. */
  const damages: Readonly<Record<string, (rng: Rng) => { file: Buffer; gone?: number[] }>> = {
    'a flipped bit': (rng) => {
      const file = joined(original);
      const bit = index(rng, 8 * file.length);
      const before = file.subarray(0, bit >> 3).filter((byte) => byte === 10).length;
      const gone = file[bit >> 3] === 10 ? [] : [before + 1]; // both lines around a line feed are left
      file[bit >> 3]! ^= 1 << (bit & 7);
      return { file, gone };
    },
    'a missing line': (rng) => {
      const at = index(rng, original.length - 1); // without its last line, a journal is whole
      return { file: joined(original.toSpliced(at, 1)), gone: [at + 1] };
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
      const at = index(rng, original.length);
      const bytes = Buffer.from(original[at]!.map(() => 32 + index(rng, 90)));
      return { file: joined(original.with(at, bytes)), gone: [at + 1] };
    },
  };
  it.each(Object.keys(damages))('finds %s, and loses no other line', (name) => {
    for (let run = 0; run < runs(300, 50); run++) {
      const { file, gone = [] } = damages[name]!(rngFor('audit', name, run));
      const audit = auditJournal(file);
      expect(audit.damage.length, `run ${run}`).toBeGreaterThan(0);
      const others = (all: ReadonlyMap<number, string>) =>
        [...all].filter(([position]) => !gone.includes(position)).sort(([a], [b]) => a - b);
      expect(others(audit.objects), `run ${run}`).toEqual(others(objects));
    }
  });

  it('describes what is wrong', () => {
    const [third, fourth, fifth] = original.slice(2) as [Buffer, Buffer, Buffer];
    expect(damageIn(original.toSpliced(2, 1))).toEqual(['3: entry 3 is missing before it']);
    expect(damageIn(original.toSpliced(2, 3))).toEqual(['3: entries 3 to 5 are missing before it']);
    expect(damageIn(original.with(2, fourth).with(3, third))).toEqual(['4: is entry 3, which belongs before entry 4']);
    expect(damageIn(original.toSpliced(3, 0, third))).toEqual(['4: is a copy of line 3; it is left out']);
    expect(damageIn(original.with(2, Buffer.from('x')))).toEqual(['3: is not a JSON object; it is lost']);
    const changed = Buffer.from(third.toString().replace('"trial":1', '"trial":42'));
    expect(damageIn(original.with(2, changed))).toEqual(['3: does not match its checksum; it is lost']);
    const glued = Buffer.concat([fourth, Buffer.from('*'), fifth]);
    expect(damageIn(original.toSpliced(3, 2, glued))).toEqual(['4: is not a JSON object; each of its 2 entries can be restored']);
    const halves = [third.subarray(0, 30), third.subarray(31)];
    expect(damageIn(original.toSpliced(2, 1, ...halves))[0]).toBe('3: is not a JSON object; it is lost');
  });
});

it.each([
  ['as it was written', original, true],
  ['older, without checksums', original.map((bytes) => Buffer.from(unsealed(bytes))), true],
  ['continued after an older beginning with another line', [Buffer.from('{"at":1,"n":0}'), original[1]!], false],
])('a torn end is no damage: %s', (_, lines, whole) => {
  for (const end of ['', '{"at":1,"n":']) {
    const { damage, isTorn } = auditJournal(Buffer.concat([joined(lines), Buffer.from(end)]));
    expect([damage.length === 0, isTorn]).toEqual([whole, end !== '']);
  }
});

describe('the effort of an audit', () => {
  it('grows with the lines of a journal without line feeds, of which none is as it was written', () => {
    const glued = Buffer.concat(original.map((bytes) => Buffer.from(bytes.toString().replace('"at":1', '"at":99'))));
    const reads = vi.spyOn(Buffer.prototype, 'subarray');
    const { objects: left } = auditJournal(glued);
    const { length } = reads.mock.calls;
    reads.mockRestore();
    expect(left.size).toBe(0);
    expect(length).toBeLessThan(10 * original.length);
  });

  it('grows with the lines of a journal without line feeds, not with their square', () => {
    const glued = Buffer.concat(
      original.map((bytes, i) => (i % 3 > 0 ? bytes : Buffer.from(bytes.toString().replace('"at":1', '"at":99')))),
    );
    const reads = vi.spyOn(Buffer.prototype, 'subarray');
    const { objects: left } = auditJournal(glued);
    const { length } = reads.mock.calls;
    reads.mockRestore();
    expect(left).toEqual(new Map([...objects].filter(([position]) => position % 3 !== 1)));
    expect(length).toBeLessThan(10 * original.length);
  });

  it('decodes no line until its objects are needed', () => {
    const file = joined(original);
    const texts = vi.spyOn(Buffer.prototype, 'toString');
    const audit = auditJournal(file);
    const whole = texts.mock.calls.filter((options) => options.length === 0).length;
    texts.mockRestore();
    expect([whole, audit.objects]).toEqual([0, objects]);
  });

  it('ignores a torn end without a checksum', () => {
    const file = Buffer.from('{"at":1,"n":0}\n{"at":1,"n":');
    const reads = vi.spyOn(Buffer.prototype, 'toString');
    expect(auditJournal(file)).toMatchObject({ damage: [], end: 1 });
    const { length } = reads.mock.calls;
    reads.mockRestore();
    expect(length).toBeLessThan(20);
  });
});

describe('the audit of a journal that a study continued', () => {
  const append = async (path: string, facts: number) => {
    const log = await openJournal(path, { fsync: 'never', warn: () => {} });
    for (let n = 1; n <= facts; n++) await log.append({ n });
    const entries = await entriesOf(past(log));
    await log.close();
    return entries;
  };
  async function* past(log: Log) {
    const head = await log.head();
    let left = head;
    for await (const entries of log.read()) {
      yield entries;
      left -= entries.length;
      if (left <= 0) return;
    }
  }
  const continued = async (lines: readonly Buffer[], facts = 2) => {
    const path = journalPath();
    writeFileSync(path, joined(lines));
    const entries = await append(path, facts);
    return { entries, audit: auditJournal(readFileSync(path)) };
  };

  it('keeps lines where they were when it continued, since later decisions depend on that', async () => {
    for (const lines of [original.toSpliced(4, 1), original.toSpliced(4, 0, original[3]!)]) {
      const { entries, audit } = await continued(lines);
      const what = `is entry ${lines.length < original.length ? 6 : 4}; the study continued with it as entry 5`;
      expect(audit.damage).toEqual([{ line: 5, what }]);
      expect([...audit.objects.values()].map((text) => JSON.parse(text))).toEqual(
        entries.map(({ at, fact }) => ({ at, ...(fact as object) })),
      );
    }
  });

  it('keeps the position of a line that was lost before', async () => {
    const { audit } = await continued(original.with(4, Buffer.from('x')));
    expect(audit).toMatchObject({ damage: [{ line: 5 }], end: original.length + 2 });
    expect([audit.objects.has(5), audit.objects.size]).toEqual([false, original.length + 1]);
  });

  it('accepts an older beginning without checksums', async () => {
    const older = original.map((bytes) => Buffer.from(unsealed(bytes)));
    expect(auditJournal(joined(older))).toEqual({ damage: [], objects, end: original.length, isTorn: false, beginsTwice: false });
    const { audit } = await continued(older);
    expect(audit).toMatchObject({ damage: [], end: original.length + 2 });
    const changed = await continued(older.with(4, Buffer.from('{"at":')));
    expect(changed.audit.damage).toEqual([{ line: 5, what: 'is not a JSON object; it is lost' }]);
  });

  it('keeps what two processes wrote at the same position', () => {
    const beginning = original.slice(0, 9);
    const [one, other] = ['{"at":1,"n":1}', '{"at":1,"n":2}'].map((object) =>
      sealLines([object], 9, checksumOf(beginning[8]!)).lines[0]!.subarray(0, -1),
    ) as [Buffer, Buffer];
    const { damage, objects: left } = auditJournal(joined([...beginning, one, other]));
    expect(damage).toEqual([{ line: 11, what: 'is another entry 10 than line 10; it is kept as entry 11' }]);
    expect([left.get(10), left.get(11)]).toEqual(['{"at":1,"n":1}', '{"at":1,"n":2}']);
  });

  it('keeps a last line that lacks only its line feed, as opening the journal does', () => {
    const lines = ['{"at":1,"n":0}', '{"at":1,"n":1}'];
    const damage = [{ line: 2, what: 'lacks its line feed; it can be restored' }];
    const audit = auditJournal(Buffer.from(lines.join('\n')));
    expect(audit).toMatchObject({ damage, objects: new Map(lines.map((text, i) => [i + 1, text])), end: 2 });
    expect(auditJournal(Buffer.from(lines.join('\n').slice(0, -1)))).toMatchObject({ damage: [], end: 1 });
  });

  it('notices a change in the last line before the first checksum, and a line of another journal', async () => {
    const path = journalPath();
    writeFileSync(path, '{"at":1,"n":0}\n');
    await append(path, 3);
    const lines = split(readFileSync(path));
    expect(damageIn(lines)).toEqual([]);
    expect(damageIn(lines.with(0, Buffer.from('{"at":1,"n":5}')))).toEqual(['2: was written after another line than the one before it']);
    const other = journalPath();
    writeFileSync(other, '{"at":2,"n":0}\n');
    await append(other, 3);
    expect(damageIn(lines.with(2, split(readFileSync(other))[2]!))).toEqual([
      '3: was written after another line than the one before it',
      '4: was written after another line than the one before it',
    ]);
  });
});
