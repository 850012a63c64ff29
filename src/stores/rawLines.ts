import { createReadStream } from 'node:fs';
import { UsageError } from '../text/usage.ts';

/** The whole lines of a file as they are, without line feeds. A last line without one is left out. @throws UsageError if the file cannot be read. */
export async function* rawLines(path: string): AsyncGenerator<Uint8Array> {
  let rest: Buffer[] = [];
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
        const line = piece.subarray(start, end);
        yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
        rest = [];
        start = end + 1;
      }
      if (start < piece.length) rest.push(piece.subarray(start));
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new UsageError(`${path}: cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
