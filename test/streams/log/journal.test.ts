import { execFileSync } from 'node:child_process';
import fs, { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { logContract } from '../../../src/testing/log.ts';
import { JournalError } from '../../../streams/log/errors.ts';
import { conditionOf } from '../../../streams/log/condition.ts';
import { type JournalOptions, openJournal } from '../../../streams/log/journal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { repairJournal } from '../../../streams/log/repair.ts';
import { entriesOf, HINT, journalPath } from './support.ts';

for (const fsync of ['always', 'interval', 'never'] as const) {
  logContract({ describe, it, expect }, `a journal with fsync ${fsync}`, async () => {
    const path = journalPath();
    const opened = [await openJournal(path, { fsync })];
    return {
      log: opened[0]!,
      async reopen() {
        await opened.at(-1)!.close();
        opened.push(await openJournal(path, { fsync }));
        return opened.at(-1)!;
      },
      dispose: () => opened.at(-1)!.close(),
    };
  });
}

const quiet: JournalOptions = { warn: () => {}, clock: () => 7 };

/** Opens a journal, closes it, and tells what is in it and what was said. */
async function visit(path: string) {
  const said: string[] = [];
  const log = await openJournal(path, { ...quiet, warn: (message) => said.push(message) });
  const head = await log.head();
  await log.close();
  const entries = await entriesOf(log.read());
  return { head, entries, said, facts: entries.map((e) => e.fact) };
}

describe('the file of a journal', () => {
  it('stores the fact of each line next to its time', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    await log.append({ v: 1, type: 'completed', values: { loss: 0.5 } });
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('{"at":7,"v":1,"type":"completed","values":{"loss":0.5},"sum":"1.00000000.510b0c42"}\n');
  });

  it('reads a time that no date can show as unknown', async () => {
    const path = journalPath();
    writeFileSync(path, '{"at":1e300,"v":1}\n{"at":-8.7e15,"v":1}\n{"at":8.64e15,"v":1}\n');
    const { entries } = await visit(path);
    expect(entries.map(({ at }) => at)).toEqual([0, 0, 8.64e15]);
  });

  it('may be cut off at every byte of its last two lines', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    const facts = ['one', 'zwölf', '😀'].map((text) => ({ text }));
    for (const fact of facts) await log.append(fact);
    await log.close();
    const whole = readFileSync(path);
    const ends = [...whole.keys()].filter((i) => whole[i] === 10).map((i) => i + 1);

    for (let size = ends[0]!; size <= whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size));
      const stored = facts.filter((_, i) => size >= ends[i]! - 1); // a line that lacks only its line feed is all there
      const { entries, said, ...found } = await visit(path);
      expect(found).toEqual({ head: stored.length, facts: stored });
      expect(said).toHaveLength(ends.includes(size) ? 0 : 1);

      const again = await openJournal(path, quiet);
      await again.append({ text: 'next' });
      await again.close();
      expect((await visit(path)).facts).toEqual([...stored, { text: 'next' }]);
    }
  });

  it('keeps the positions of damaged lines, and says each once', async () => {
    const path = journalPath();
    const invalid = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 10]); // {"\xff":1}
    writeFileSync(path, Buffer.concat([Buffer.from('{"n":0}\n{"n":\n\n[1]\n\0\0\n'), invalid, Buffer.from('{"at":3,"n":1}\r\n')]));
    const said: string[] = [];
    const log = await openJournal(path, { ...quiet, warn: (message) => said.push(message) });
    await log.close();
    const entries = await entriesOf(log.read());
    await entriesOf(log.read());
    expect(entries).toEqual([
      { position: 1, at: 0, fact: { n: 0 } },
      { position: 2, at: 0, fact: '{"n":' },
      { position: 3, at: 0, fact: '' },
      { position: 4, at: 0, fact: '[1]' },
      { position: 5, at: 0, fact: '\0\0' },
      { position: 6, at: 0, fact: '{"\ufffd":1}' },
      { position: 7, at: 3, fact: { n: 1 } },
    ]);
    expect(said).toHaveLength(5);
    expect(said[0]).toBe(`${path}:2: expected a JSON object, but got "{\\"n\\":"; ${HINT}`);
  });

  it('is a file: a pipe, which may never end, is refused at once', async () => {
    const path = journalPath();
    execFileSync('mkfifo', [path]);
    const message = 'expected a file for the journal, got a pipe or a device';
    await expect(openJournal(path)).rejects.toThrow(message);
    await expect(readJournal(path).next()).rejects.toThrow(message);
    await expect(repairJournal(path, `${path}.copy`)).rejects.toThrow(message);
    await expect(conditionOf(path)).rejects.toThrow(message);
  });

  it('keeps the position of a line that is too long', async () => {
    const path = journalPath();
    writeFileSync(path, `{"n":0}\n{"text":"${'x'.repeat(16 * 2 ** 20)}"}\n{"n":2}\n`);
    const { facts, said } = await visit(path);
    expect(facts).toEqual([{ n: 0 }, undefined, { n: 2 }]);
    expect(said).toEqual([`${path}:2: expected at most 16777216 bytes, but the line has 16777228; ${HINT}`]);
  });

  it('is read correctly if lines and characters cross the borders of blocks', async () => {
    const path = journalPath();
    const facts = Array.from({ length: 400 }, (_, n) => ({ n, text: '漢😀é'.repeat((n * 7919) % 1500) }));
    const log = await openJournal(path, { fsync: 'never' });
    await Promise.all(facts.map((fact) => log.append(fact)));
    await log.close();
    expect(statSync(path).size).toBeGreaterThan(2 * 2 ** 20);
    expect((await entriesOf(log.read())).map((e) => e.fact)).toEqual(facts);
    const again = await visit(path);
    expect(again.facts).toEqual(facts);
    expect((await entriesOf(log.read(301))).map((e) => e.position)).toEqual(Array.from({ length: 100 }, (_, i) => 301 + i));
  });
});

describe('a journal', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it('refuses what it could not read back', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const bad = [
      undefined,
      null,
      1,
      'text',
      [1],
      { at: 1 },
      { author: 1 },
      { sum: 1 },
      circular,
      { n: 1n },
      new Date(0),
      new URL('http://127.0.0.1'),
      { text: 'x'.repeat(16 * 2 ** 20) },
    ];
    for (const fact of bad) await expect(log.append(fact)).rejects.toThrow(JournalError);
    await expect(log.append([1])).rejects.toThrow(
      `${path}: could not append (a fact is a JSON object without a field "at", "author" or "sum", but got an array)`,
    );
    await log.append({ n: 1 });
    await log.close();
    expect((await visit(path)).facts).toEqual([{ n: 1 }]);
  });

  it('reads live what it will read from the file', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    await log.append({ zero: -0, gone: undefined, date: new Date(0), nan: Number.NaN });
    await log.close();
    const live = await entriesOf(log.read());
    expect(live).toStrictEqual((await visit(path)).entries);
  });

  it('writes everything that is appended in one turn with one write and one flush', async () => {
    const path = journalPath();
    const handle = await handlePrototype(path);
    const log = await openJournal(path, { fsync: 'always' });
    const write = spyOnWrites();
    const sync = vi.spyOn(handle, 'datasync');
    await Promise.all(Array.from({ length: 100 }, (_, n) => log.append({ n })));
    expect(write).toHaveBeenCalledTimes(1);
    expect(sync).toHaveBeenCalledTimes(1);
    await log.close();
  });

  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  // A disk with room for 5 bytes: it takes them, then says that it is full.
  const disks = {
    small: () => {
      const { writeSync } = fs;
      const fills = (file: number, bytes: unknown) => writeSync(file, bytes as Buffer, 0, 5);
      const fails = () => {
        throw full;
      };
      spyOnWrites().mockImplementationOnce(fills).mockImplementationOnce(fails);
    },
    large: (handle: FileHandle) => {
      const write = handle.write as (this: FileHandle, ...from: unknown[]) => Promise<never>;
      const fills = function (this: FileHandle, bytes: unknown) {
        return write.call(this, bytes, 0, 5);
      };
      vi.spyOn(handle, 'write').mockImplementationOnce(fills).mockRejectedValueOnce(full);
    },
  };
  it.each(['small', 'large'] as const)('stores nothing of a %s append that the disk refuses, and continues when it can', async (size) => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    await log.append({ n: 0 });
    disks[size](await handlePrototype(path));
    const text = size === 'small' ? '' : 'x'.repeat(2 ** 16);
    const lost = [log.append({ n: 1, text }), log.append({ n: 2 })];
    for (const append of lost) {
      await expect(append).rejects.toThrow(`${path}: could not append (ENOSPC: no space left on device, write)`);
    }
    expect(await log.head()).toBe(1);
    expect(readFileSync(path, 'utf8')).toMatch(/^\{"at":7,"n":0,"sum":"1\.[^"]*"\}\n$/);
    await log.append({ n: 3 });
    await log.close();
    expect((await entriesOf(log.read())).map((e) => e.fact)).toEqual([{ n: 0 }, { n: 3 }]);
    expect((await visit(path)).facts).toEqual([{ n: 0 }, { n: 3 }]);
  });

  it('stores nothing that was appended while the disk refused an earlier append, so that the order stays when they are repeated', async () => {
    const path = journalPath();
    const log = await openJournal(path, quiet);
    let second: Promise<unknown> | undefined;
    const handle = await handlePrototype(path);
    vi.spyOn(handle, 'write').mockImplementationOnce(() => {
      second = log.append({ n: 2 });
      return Promise.reject(full);
    });
    await expect(log.append({ n: 1, text: 'x'.repeat(2 ** 16) })).rejects.toThrow('ENOSPC');
    await expect(second).rejects.toThrow('ENOSPC');
    for (const n of [1, 2]) await log.append({ n });
    await log.close();
    expect((await visit(path)).facts).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('removes a half-written line before the next write if it could not at once', async () => {
    const path = journalPath();
    const handle = await handlePrototype(path);
    const log = await openJournal(path, { ...quiet, fsync: 'always' });
    const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    vi.spyOn(handle, 'datasync').mockRejectedValueOnce(broken);
    vi.spyOn(handle, 'truncate').mockRejectedValueOnce(broken).mockRejectedValueOnce(broken);
    await expect(log.append({ n: 0 })).rejects.toThrow('EIO');
    await expect(log.append({ n: 1 })).rejects.toThrow('EIO');
    await log.append({ n: 2 });
    await log.close();
    expect((await visit(path)).facts).toEqual([{ n: 2 }]);
  });

  it('says when the disk cannot be flushed', async () => {
    const path = journalPath();
    const handle = await handlePrototype(path);
    const said: string[] = [];
    const log = await openJournal(path, { fsync: 'interval', warn: (message) => said.push(message) });
    await log.append({ n: 0 });
    vi.spyOn(handle, 'datasync').mockRejectedValueOnce(new Error('EIO: i/o error'));
    await log.close();
    expect(said).toEqual([`${path}: cannot flush it to disk (EIO: i/o error)`]);
  });

  it('says what is wrong with a path', async () => {
    const path = `${journalPath()}/no/such`;
    await expect(openJournal(path)).rejects.toThrow(`${path}: cannot open the journal (ENOENT`);
    await expect(entriesOf(readJournal(path))).rejects.toThrow(`${path}: cannot read the journal (ENOENT`);
  });
});

describe('reading a journal next to its writer', () => {
  it('takes whole lines only, and changes nothing', async () => {
    const path = journalPath();
    writeFileSync(path, '{"n":0}\n{"n":1}\n{"n":2}');
    expect((await entriesOf(readJournal(path))).map((e) => e.fact)).toEqual([{ n: 0 }, { n: 1 }]);
    expect((await entriesOf(readJournal(path, { from: 2 }))).map((e) => e.position)).toEqual([2]);
    expect(readFileSync(path, 'utf8')).toBe('{"n":0}\n{"n":1}\n{"n":2}');
  });

  it('follows what is appended until it is told to stop', async () => {
    const path = journalPath();
    const log = await openJournal(path);
    await log.append({ n: 0 });
    const stop = new AbortController();
    const seen: unknown[] = [];
    for await (const entries of readJournal(path, { follow: true, signal: stop.signal })) {
      seen.push(...entries.map((e) => e.fact));
      if (seen.length < 3) await log.append({ n: seen.length });
      else stop.abort();
    }
    expect(seen).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    await log.close();
  });
});

/** Watches writes that are done without another thread. */
function spyOnWrites() {
  const spy = vi.spyOn(fs, 'writeSync');
  syncBuiltinESMExports();
  return spy;
}

/** What all open files have in common: where the file system can be made to fail. */
async function handlePrototype(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+');
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

describe('a journal to which a reader appends for each entry', () => {
  const MANY = 200;

  it('writes in one turn what follows, so that many decisions do not take a turn each', async () => {
    const log = await openJournal(journalPath(), quiet);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    count();
    for (let n = 0; n < MANY; n++) await log.append({ n });
    counting = false;
    expect(turns).toBeLessThan(MANY / 2);
    await log.close();
  });

  it('lets timers have their turn', async () => {
    const log = await openJournal(journalPath(), quiet);
    let isUp = false;
    setTimeout(() => {
      isUp = true;
    }, 1);
    for (let n = 0; !isUp && n < 100_000; n++) await log.append({ n });
    expect(isUp).toBe(true);
    await log.close();
  });
});

it('a fact reads live as it will from the file', async () => {
  const path = journalPath();
  const log = await openJournal(path, quiet);
  const facts = [
    {},
    { type: 'a', gone: undefined, odd: [Number.NaN, undefined], date: new Date(0) },
    { text: '\ud800 ä', nested: { sum: 1 } },
  ];
  const reading = entriesOf(log.read());
  for (const fact of facts) await log.append(fact, 'ann');
  await log.close();
  const live = await reading;
  expect(live).toEqual(await entriesOf(readJournal(path)));
  expect(live.map(({ author }) => author)).toEqual(['ann', 'ann', 'ann']);
});

it('stores an entry whose time is not a number, with the time 0', async () => {
  const path = journalPath();
  const log = await openJournal(path, { ...quiet, clock: () => Number.NaN });
  for (const n of [1, 2]) await log.append({ n });
  await log.close();
  expect((await entriesOf(readJournal(path))).map(({ at, fact }) => [at, fact])).toEqual([
    [0, { n: 1 }],
    [0, { n: 2 }],
  ]);
});
