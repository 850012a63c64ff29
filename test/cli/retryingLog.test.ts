import { expect, it } from 'vitest';
import { retryingLog } from '../../src/cli/sources/retryingLog.ts';
import { JournalError } from '../../streams/log/errors.ts';
import type { Log } from '../../streams/log/log.ts';
import { memoryLog } from '../../streams/log/memory.ts';

const failure = (code: string) => new JournalError('study.jsonl', 'could not append', Object.assign(new Error(code), { code }));

/** A log whose first appends fail. */
function failing(times: number, code: string): Log {
  const log = memoryLog();
  return { ...log, append: async (fact) => (times-- > 0 ? Promise.reject(failure(code)) : log.append(fact)) };
}

it('waits while the disk is full, keeps the order, and warns once', async () => {
  const said: string[] = [];
  const log = retryingLog(failing(3, 'ENOSPC'), (text) => said.push(text), 1);
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

it('rejects at once for other failures, and for a full disk when it gives up', async () => {
  await expect(retryingLog(failing(1, 'EIO'), () => {}, 1).append({})).rejects.toThrow('EIO');
  const log = retryingLog(failing(Number.POSITIVE_INFINITY, 'EDQUOT'), () => {}, 60_000);
  const stored = log.append({});
  setTimeout(() => log.giveUp(), 10);
  await expect(stored).rejects.toThrow('EDQUOT');
  await log.settled();
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
  const retrying = retryingLog(slow, () => {});
  const first = retrying.append({ n: 1 });
  await Promise.resolve();
  await Promise.all([first, retrying.append({ n: 2 })]);
  expect(most).toBe(2);
});
