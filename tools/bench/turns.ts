import { openSync, readSync } from 'node:fs';

/** The CPU that this thread has used, in milliseconds, as Linux counts it: elapsed time would count other programs, too. */
function cpuOfThread(): () => number {
  const file = openSync('/proc/thread-self/schedstat', 'r');
  const buffer = Buffer.alloc(64);
  return () => Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0)).split(' ')[0]) / 1e6;
}

/** The milliseconds of CPU of the longest turn of the event loop until a promise resolves. The loop does not rest meanwhile. */
export async function longestTurn(act: Promise<unknown>): Promise<number> {
  const cpu = cpuOfThread();
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  act.then(over, over);
  let longest = 0;
  for (let before = cpu(); !isOver; ) {
    await new Promise(setImmediate);
    const now = cpu();
    longest = Math.max(longest, now - before);
    before = now;
  }
  await act;
  return longest;
}
