import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { RefusedError } from '../study/commands.ts';

/** How many streams of events one user may have open: each takes memory, and work after each change. */
const MOST_STREAMS = 200;
/** Milliseconds after which a comment keeps a silent stream alive. */
const SILENCE_MS = 15_000;

/**
 * Answers with a stream of server-sent events.
 *
 * @param run writes them; `leaving` aborts when the reader has left, or the server ends.
 * @throws RefusedError if the user has too many open
 */
export type EventStreams = (
  c: Context,
  user: string,
  run: (stream: SSEStreamingApi, leaving: AbortSignal) => Promise<void>,
) => Response | Promise<Response>;

/** Streams of events, counted by user. @param ending aborts when the server ends */
export function eventStreams(ending: AbortSignal): EventStreams {
  const open = new Map<string, number>();
  const add = (user: string, count: number) => {
    const sum = (open.get(user) ?? 0) + count;
    if (sum > 0) open.set(user, sum);
    else open.delete(user);
  };
  return (c, user, run) => {
    if ((open.get(user) ?? 0) >= MOST_STREAMS)
      throw new RefusedError({
        code: 'busy',
        message: `${user} has ${MOST_STREAMS} streams of events open, the most for one user: end some of them first`,
      });
    add(user, 1);
    return streamSSE(c, async (stream) => {
      const leaving = new AbortController();
      const leave = () => leaving.abort();
      stream.onAbort(leave);
      ending.addEventListener('abort', leave);
      if (ending.aborted) leave();
      const alive = setInterval(() => void stream.write(': \n\n'), SILENCE_MS);
      try {
        await run(stream, leaving.signal);
      } finally {
        clearInterval(alive);
        ending.removeEventListener('abort', leave);
        add(user, -1);
      }
    });
  };
}
