import { get } from 'node:http';

/** A stream of server-sent events that stays open. */
export interface OpenStream {
  readonly status: number;
  /** What came first. */
  readonly first: string;
  close(): void;
}

/** Opens a stream of events, and waits for the first one or for the end of the answer. */
export const openStream = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenStream> =>
  new Promise((resolve, reject) => {
    const sent = get(url, { agent: false, headers: { Accept: 'text/event-stream', ...headers } }, (response) => {
      const status = response.statusCode!;
      response.on('error', () => {}); // it is closed here
      response.once('data', (first) => resolve({ status, first: String(first), close: () => void sent.destroy() }));
    });
    sent.on('error', reject);
  });

/** Opens many. */
export const openStreams = (count: number, url: string, headers?: Readonly<Record<string, string>>): Promise<OpenStream[]> =>
  Promise.all(Array.from({ length: count }, () => openStream(url, headers)));
