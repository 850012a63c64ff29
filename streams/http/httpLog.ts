import type { Entry } from '../../src/facts/entry.ts';
import { checkPosition } from '../log/follow.ts';
import type { Log } from '../log/log.ts';
import { type Client, sleep } from './client.ts';

/** Milliseconds until a stream that has ended is opened again. */
const REOPEN_MS = 200;

/** The log of a study behind HTTP, for readers until `closing`: a connection that is lost is made again, at the next position. */
export function httpLog(client: Client, closing: AbortSignal): Pick<Log, 'read' | 'head'> {
  return {
    head: async () => (await client.get<{ readonly position: number }>('')).position,
    read: (from = 1, signal) => {
      checkPosition(from);
      return entriesFrom(client, from, signal ? AbortSignal.any([signal, closing]) : closing);
    },
  };
}

async function* entriesFrom(client: Client, from: number, signal: AbortSignal): AsyncGenerator<readonly Entry[], void> {
  let next = from;
  try {
    while (!signal.aborted) {
      for await (const data of client.events(`/log?after=${next - 1}`, signal)) {
        const entries = data.map((text) => JSON.parse(text) as Entry);
        next = entries.at(-1)!.position + 1;
        yield entries;
      }
      await sleep(REOPEN_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
