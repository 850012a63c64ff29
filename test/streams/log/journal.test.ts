import fs, { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { logContract } from '../../../src/testing/logContract.ts';
import { JournalError } from '../../../streams/log/errors.ts';
import { openJournal } from '../../../streams/log/openJournal.ts';
import { readJournal } from '../../../streams/log/readJournal.ts';
import { coded } from '../../support/coded.ts';
import { entriesOf, journalPath, quiet, visit } from './support.ts';

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

describe('a journal', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it('refuses facts that it could not read back', async () => {
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

  it('delivers the same entries live as it reads from the file', async () => {
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
  // A disk with room for 5 bytes: it writes these, then reports that it is full.
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
      await expect(append).rejects.toThrow(coded('journal'));
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

  it('fails when the disk cannot be flushed', async () => {
    const path = journalPath();
    const handle = await handlePrototype(path);
    const said: string[] = [];
    const log = await openJournal(path, { fsync: 'interval', warn: (message) => said.push(message) });
    await log.append({ n: 0 });
    vi.spyOn(handle, 'datasync').mockRejectedValueOnce(new Error('EIO: i/o error'));
    await log.close();
    expect(said).toEqual([`${path}: cannot flush it to disk (EIO: i/o error)`]);
  });

  it('reports a path that it cannot use', async () => {
    const path = `${journalPath()}/no/such`;
    await expect(openJournal(path)).rejects.toThrow(coded('journal'));
    await expect(entriesOf(readJournal(path))).rejects.toThrow(coded('journal'));
  });
});

/** Watches synchronous writes. */
function spyOnWrites() {
  const spy = vi.spyOn(fs, 'writeSync');
  syncBuiltinESMExports();
  return spy;
}

/** The prototype of open files, where a test can make the file system fail. */
async function handlePrototype(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+');
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

describe('a journal to which a reader appends for each entry', () => {
  const MANY = 200;

  it('writes the appends that follow in one turn, so that many decisions do not take a turn each', async () => {
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

  it('does not block timers', async () => {
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

it('delivers a fact live as it reads it from the file', async () => {
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
