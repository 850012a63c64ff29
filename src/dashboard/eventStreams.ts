import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';

/** How many streams of events one user may have open: each takes memory, and work after each change. */
const MOST = 200;

/** Answers with a stream of server-sent events; undefined if the user has too many open. */
export type EventStreams = (c: Context, user: string, run: (stream: SSEStreamingApi) => Promise<void>) => Response | undefined;

/** Streams of events, counted by user. */
export function eventStreams(): EventStreams {
  const open = new Map<string, number>();
  const add = (user: string, count: number) => {
    const sum = (open.get(user) ?? 0) + count;
    if (sum > 0) open.set(user, sum);
    else open.delete(user);
  };
  return (c, user, run) => {
    if ((open.get(user) ?? 0) >= MOST) return undefined;
    add(user, 1);
    return streamSSE(c, async (stream) => {
      try {
        await run(stream);
      } finally {
        add(user, -1);
      }
    });
  };
}
