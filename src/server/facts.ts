import type { Context } from 'hono';
import type { HostedStudy } from '../../streams/host/host.ts';
import type { EventStreams } from '../dashboard/eventStreams.ts';
import { answer } from './access.ts';

/** Milliseconds without entries after which a comment keeps the stream alive. */
const SILENCE = 15_000;

/** The log of a study from a position on, then what is appended, as server-sent events. The id of an event is its position. */
export function factEvents(
  c: Context,
  { study, user, after }: { readonly study: HostedStudy; readonly user: string; readonly after: number },
  { streams, ending }: { readonly streams: EventStreams; readonly ending: AbortSignal },
): Response {
  const known = c.req.header('last-event-id');
  const from = known !== undefined && /^\d{1,15}$/.test(known) ? Number(known) : after;
  const following = streams(c, user, async (stream) => {
    const leaving = new AbortController();
    const leave = () => leaving.abort();
    stream.onAbort(leave);
    ending.addEventListener('abort', leave);
    const alive = setInterval(() => void stream.write(': \n\n'), SILENCE);
    try {
      for await (const entries of study.log.read(from + 1, leaving.signal)) {
        let text = '';
        for (const entry of entries) text += `id: ${entry.position}\ndata: ${JSON.stringify(entry)}\n\n`;
        await stream.write(text);
      }
    } finally {
      clearInterval(alive);
      ending.removeEventListener('abort', leave);
    }
  });
  return (
    following ?? answer({ error: `${user} follows as many logs as a user may: end other streams of events first`, code: 'too-many' }, 429)
  );
}
