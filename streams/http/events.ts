/**
 * The data of server-sent events, in the batches in which they come. An event that is cut off is left out.
 *
 * @param heard called with each part that comes, also if it is only a heartbeat
 */
export async function* eventData(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<readonly string[], void> {
  const reader = body.getReader(); // not every browser iterates over a stream
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const events = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = events.pop()!;
      const found = events.map(dataOf).filter((data) => data !== '');
      if (found.length > 0) yield found;
    }
  } finally {
    reader.cancel().catch(() => {}); // it may have failed
  }
}

const dataOf = (event: string): string =>
  event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim())
    .join('\n');
