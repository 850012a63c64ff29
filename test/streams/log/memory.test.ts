import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import { logContract } from '../../../src/testing/logContract.ts';
import type { Log } from '../../../streams/log/log.ts';
import { memoryLog } from '../../../streams/log/memory.ts';

/** A memory log is reopened with the entries that were read from it. */
async function copied(log: Log): Promise<Log> {
  await log.close();
  const past: Entry[] = [];
  for await (const batch of log.read()) past.push(...batch);
  return memoryLog(past);
}

logContract({ describe, it, expect }, 'memory', async () => {
  const log = memoryLog();
  return { log, reopen: () => copied(log), dispose: () => log.close() };
});

describe('memory', () => {
  it('begins with a past and keeps its times', async () => {
    const past = [{ position: 1, at: 5, fact: { n: 0 } }];
    const log = memoryLog(past, () => 7);
    await log.append({ n: 1 });
    await log.close();
    const batches: (readonly Entry[])[] = [];
    for await (const batch of log.read()) batches.push(batch);
    expect(batches).toEqual([[...past, { position: 2, at: 7, fact: { n: 1 } }]]);
  });

  it('reads each entry with its own time', async () => {
    let now = 0;
    const log = memoryLog([], () => ++now);
    for (let n = 0; n < 3; n++) await log.append({ n });
    await log.close();
    for await (const batch of log.read(2))
      expect(batch.map(({ position, at }) => [position, at])).toEqual([
        [2, 2],
        [3, 3],
      ]);
  });

  it('refuses a past with gaps', () => {
    expect(() => memoryLog([{ position: 2, at: 0, fact: {} }])).toThrow('expected position 1, but got 2');
  });

  it('delivers what was appended in one turn as one batch', async () => {
    const log = memoryLog();
    const reading = log.read()[Symbol.asyncIterator]();
    const first = reading.next();
    for (let n = 0; n < 10; n++) void log.append({ n });
    expect((await first).value).toHaveLength(10);
    await reading.return?.();
  });
});
