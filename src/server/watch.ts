import type { Context } from 'hono';
import type { SSEStreamingApi } from 'hono/streaming';
import { nextTurn } from '../../streams/engine/timeout.ts';
import type { EventStreams } from './eventStreams.ts';
import { firstMessages, rowsEvent } from './feed/firstMessages.ts';
import type { OpenStudy, ServedStudies } from './servedStudies.ts';

/** The shortest time between two messages, in milliseconds: faster than the eye, slower than a fast study. */
const FRAME = 100;

/** What a reader watches, besides the list of studies. */
export interface Watched {
  readonly study: OpenStudy | undefined;
  /** The position up to which the reader knows the trials. */
  readonly after: number;
}

/** Sends a state, unless it was sent already. */
type SendState = (event: string, data: unknown) => Promise<void>;

/**
 * All studies and the trials of one, as server-sent events: first the current state, then changes, at most every FRAME. The id of an event is the
 * position up to which the reader is then informed, so that a reader that reconnects gets exactly what it has missed. The last event is `over`, if the
 * server ends.
 */
export function watchEvents(c: Context, studies: ServedStudies, { study, after }: Watched, [user, streams]: [string, EventStreams]) {
  let position = after;
  const tell = async (stream: SSEStreamingApi, state: SendState) => {
    await state('studies', studies.headlines);
    const feed = study?.feed;
    if (study === undefined || feed?.begun === undefined || feed.position < position) return; // a reader may know more than was read again
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
      await stream.write(rowsEvent(changes));
      if (!changes.more) position = changes.position;
    }
  };
  return streams(c, user, async (stream, leaving) => {
    const sent = new Map<string, string>();
    const state: SendState = async (event, data) => {
      const text = JSON.stringify(data);
      if (sent.get(event) === text) return;
      sent.set(event, text);
      await stream.writeSSE({ event, data: text });
    };
    for (;;) {
      const isLast = leaving.aborted; // the last state, before the server ends
      const news = nextNews(studies, leaving);
      await tell(stream, state);
      if (isLast) break;
      await Promise.all([news, stream.sleep(FRAME)]);
    }
    if (!stream.aborted) await stream.writeSSE({ event: 'over', data: '' });
  });
}

/** Resolves on a change, or when the stream ends. */
function nextNews(studies: ServedStudies, leaving: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      ignore();
      leaving.removeEventListener('abort', done);
      resolve();
    };
    const ignore = studies.watch(done);
    leaving.addEventListener('abort', done);
    if (leaving.aborted) done();
  });
}
