import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Shown, Studies } from './studies.ts';

/** Milliseconds between two messages at least: faster than the eye, slower than a fast study. */
const FRAME = 100;

/**
 * The news of all studies and the trials of one, as server-sent events: first what there is, then what changes. The id of an event is the
 * position that the reader then knows, so that one who was cut off gets what is missing and nothing else.
 */
export function studyEvents(c: Context, studies: Studies): Response {
  const { feed } = studies.get(c.req.query('study') ?? '') ?? {};
  let position = knownTo(c, feed?.id);
  return whenever(c, studies, async (stream, state) => {
    await state('studies', studies.headlines);
    if (feed?.begun === undefined) return;
    await state('study', feed.detail());
    for (const changes of feed.begun.changes.since(position)) {
      if (changes.position === position) continue;
      const data = JSON.stringify(changes);
      await stream.writeSSE({ event: 'trials', data, ...(!changes.more && { id: `${feed.id}:${changes.position}` }) });
      if (!changes.more) position = changes.position;
    }
  });
}

/** How the machines of a study stand, whenever that changes. */
export const machineEvents = (c: Context, studies: Studies, { machines }: Shown): Response =>
  whenever(c, studies, (_, state) => state('machines', machines()));

/** Says how something stands, unless that has been said. */
type State = (event: string, data: unknown) => Promise<void>;

/** A stream of events: at once, and whenever there are news, though not too often. No timer runs while there are none. Its last word is `over`. */
function whenever(c: Context, studies: Studies, tell: (stream: SSEStreamingApi, state: State) => Promise<void>): Response {
  return streamSSE(c, async (stream) => {
    const leaving = new AbortController();
    stream.onAbort(() => leaving.abort());
    const sent = new Map<string, string>();
    const state: State = async (event, data) => {
      const text = JSON.stringify(data);
      if (sent.get(event) === text) return;
      sent.set(event, text);
      await stream.writeSSE({ event, data: text });
    };
    while (!leaving.signal.aborted) {
      const news = nextNews(studies, leaving.signal);
      await tell(stream, state);
      if (studies.over) return void (await stream.writeSSE({ event: 'over', data: '' }));
      await Promise.all([news, stream.sleep(FRAME)]);
    }
  });
}

/** How much of the log a reader knows who was cut off. */
function knownTo(c: Context, id: string | undefined): number {
  const [study, position] = (c.req.header('last-event-id') ?? '').split(/:(?=\d+$)/);
  return id !== undefined && study === id && position !== undefined ? Number(position) : 0;
}

/** Resolves when something is new, or nobody listens any more. */
function nextNews(studies: Studies, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      ignore();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const ignore = studies.watch(done);
    signal.addEventListener('abort', done);
  });
}
