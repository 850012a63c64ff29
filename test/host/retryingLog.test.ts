import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { statusOf } from '../../src/cli/terminal/withLog.ts';
import { retryingLog } from '../../src/host/retryingLog.ts';
import { UnstoredError, writeElsewhere } from '../../src/host/unstored.ts';
import { JournalError } from '../../streams/log/errors.ts';
import type { Log } from '../../streams/log/log.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import { auditJournal } from '../../streams/log/repair.ts';
import { entriesOf, journalPath, quiet } from '../streams/log/support.ts';
import { eventually } from '../support/eventually.ts';

const place = () => 'study.jsonl';
const failure = (code: string) => new JournalError('study.jsonl', 'could not append', Object.assign(new Error(code), { code }));

/** A log whose first appends fail. */
function failing(times: number, code: string): Log {
  const log = memoryLog();
  return { ...log, append: async (fact) => (times-- > 0 ? Promise.reject(failure(code)) : log.append(fact)) };
}

it('waits while the disk is full, keeps the order, and warns once', async () => {
  const said: string[] = [];
  const log = retryingLog(failing(3, 'ENOSPC'), { place, warn: (text) => said.push(text), pause: 1 });
  const stored = await Promise.all([1, 2, 3].map((n) => log.append({ n })));
  expect(stored).toEqual(['stored', 'stored', 'stored']);
  await log.settled();
  for await (const entries of log.read(1)) {
    expect(entries.map(({ fact }) => fact)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    break;
  }
  expect(said).toEqual([
    'study.jsonl: could not append (ENOSPC): waiting for space; new results are kept in memory',
    'there is room again: the study continues',
  ]);
});

it('rejects at once for other failures', async () => {
  await expect(retryingLog(failing(1, 'EIO'), { place, warn: () => {}, pause: 1 }).append({})).rejects.toThrow('EIO');
});

describe('when the process is to end while the disk is full', () => {
  const results = [
    { type: 'reported', trial: 1, step: 1, values: { value: 1 } },
    { type: 'completed', trial: 1, values: { value: 1 } },
  ];
  /** A journal with one entry, whose disk is full from then on, and a log on it. */
  async function full(grace: number) {
    const path = journalPath();
    const journal = await openJournal(path, quiet);
    await journal.append({ n: 0 });
    const said: string[] = [];
    const refusing = { ...journal, append: () => Promise.reject(failure('ENOSPC')) };
    const log = retryingLog(refusing, { place: () => path, warn: (text) => said.push(text), grace, pause: 60_000 });
    return { path, log, said };
  }

  it('waits for the grace time, then writes the results elsewhere, from where they are added to the end of the journal', async () => {
    const { path, log, said } = await full(0.01);
    const appends = [log.append(results[0]), log.append(results[1], 'gpu1')];
    await eventually(() => expect(said).toHaveLength(1));
    log.leave();
    expect(said[1]).toBe(`${path}: waiting for disk space to store 1 result; interrupt again to give them up`);
    for (const append of appends) await expect(append).rejects.toThrow('ENOSPC');
    const error = await log.close().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnstoredError);
    expect(statusOf(error)).toBe(5);
    const [, elsewhere] = /1 result went to (\S+) instead/.exec((error as Error).message)!;

    const before = readFileSync(path);
    appendFileSync(path, readFileSync(elsewhere!));
    expect(auditJournal(readFileSync(path)).damage).toEqual([]);
    expect(readFileSync(path).subarray(0, before.length).equals(before)).toBe(true);
    const entries = await entriesOf(readJournal(path));
    expect(entries.map(({ fact, author }) => [fact, author])).toEqual([
      [{ n: 0 }, undefined],
      [results[0], undefined],
      [results[1], 'gpu1'],
    ]);
    expect(entries.slice(1).every(({ at }) => Date.now() - at < 60_000)).toBe(true);
  });

  it('gives up at the next interrupt, and closes as usual if all is stored', async () => {
    const { log, said } = await full(60);
    log.leave();
    expect(process.listenerCount('SIGINT')).toBe(0); // a server has many logs
    const append = log.append(results[1]);
    await eventually(() => expect(said).toHaveLength(1));
    process.emit('SIGINT');
    await expect(append).rejects.toThrow('ENOSPC');
    await log.close().catch(() => {});
    expect(process.listenerCount('SIGINT')).toBe(0);
    await retryingLog(memoryLog(), { place, warn: () => {} }).close();
  });

  it('writes the results to standard error if there is no other place', async () => {
    const { path, log } = await full(0);
    await log.close();
    vi.stubEnv('TMPDIR', `${path}/none`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const printed: Buffer[] = [];
    expect(await writeElsewhere(path, [{ at: 1, fact: results[1] }], (text) => printed.push(text))).toBeUndefined();
    appendFileSync(path, Buffer.concat([Buffer.from('{"at":1,"torn'), ...printed]));
    expect((await entriesOf(readJournal(path, quiet))).map(({ fact }) => fact)).toEqual([{ n: 0 }, results[1]]); // a torn line does not harm
  });
});

it('does not wait for an earlier fact before it appends the next one: one flush stores both', async () => {
  const log = memoryLog();
  let under = 0;
  let most = 0;
  const slow: Log = {
    ...log,
    append: async (fact) => {
      most = Math.max(most, ++under);
      await new Promise(setImmediate);
      under--;
      return log.append(fact);
    },
  };
  const retrying = retryingLog(slow, { place, warn: () => {} });
  const first = retrying.append({ n: 1 });
  await Promise.resolve();
  await Promise.all([first, retrying.append({ n: 2 })]);
  expect(most).toBe(2);
});
