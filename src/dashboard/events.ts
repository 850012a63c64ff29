import type { Context } from 'hono';
import type { SSEStreamingApi } from 'hono/streaming';
import { nextTurn } from '../../streams/engine/timeout.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { EventStreams } from './eventStreams.ts';
import { firstMessages } from './feed/firstMessages.ts';
import type { Shown, ShownStudies } from './studies.ts';

/** The shortest time between two messages, in milliseconds: faster than the eye, slower than a fast study. */
const FRAME = 100;
/** Milliseconds until a page tries again, if too many are open. */
const BUSY = 10_000;
/** All readers of a dashboard have the same rights, so they count as one user. */
const READER = 'reader';

/**
 * All studies and the trials of one, as server-sent events: first the current state, then changes. The id of an event is the position up to which the
 * reader is then informed, so that a reader that reconnects gets exactly what it has missed.
 */
export function studyEvents(c: Context, studies: ShownStudies, streams: EventStreams): Response {
  const { feed } = studies.get(c.req.query('study') ?? '') ?? {};
  let position = knownTo(c, feed?.id);
  return whenever(c, studies, streams, async (stream, state) => {
    await state('studies', studies.headlines);
    if (feed?.begun === undefined) return;
    await state('study', feed.detail());
    if (position === 0) {
      const first = firstMessages(feed);
      for (const message of first.messages) {
        if (stream.aborted) return;
        await stream.write(message);
        await nextTurn(); // many readers may begin at the same time
      }
      position = first.position;
    }
    for (const changes of feed.begun.changes.since(position)) {
      if (changes.position === position) continue;
      const data = JSON.stringify(changes);
      await stream.writeSSE(omitUndefined({ event: 'trials', data, id: !changes.more ? `${feed.id}:${changes.position}` : undefined }));
      if (!changes.more) position = changes.position;
    }
  });
}

/** The states of the machines of a study when they change. */
export const machineEvents = (c: Context, studies: ShownStudies, streams: EventStreams, { machines }: Shown): Response =>
  whenever(c, studies, streams, (_, state) => state('machines', machines()));

/** Sends a state, unless it was sent already. */
type State = (event: string, data: unknown) => Promise<void>;

/** A stream of events: one immediately, then one after changes, at most every FRAME. No timer runs without changes. The last event is `over`. */
function whenever(
  c: Context,
  studies: ShownStudies,
  streams: EventStreams,
  tell: (stream: SSEStreamingApi, state: State) => Promise<void>,
): Response {
  const events = streams(c, READER, async (stream) => {
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
  return events ?? c.body(`retry: ${BUSY}\n\n`, 200, { 'Content-Type': 'text/event-stream' }); // after any other answer, a browser gives up
}

/** The position that a reader knew when it was disconnected. */
function knownTo(c: Context, id: string | undefined): number {
  const [study, position] = (c.req.header('last-event-id') ?? '').split(/:(?=\d+$)/);
  return id !== undefined && study === id && position !== undefined ? Number(position) : 0;
}

/** Resolves on a change, or when the reader has disconnected. */
function nextNews(studies: ShownStudies, signal: AbortSignal): Promise<void> {
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
