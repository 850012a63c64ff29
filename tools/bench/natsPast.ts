// How fast an engine reads an existing log, and how much memory it uses.
import type { NatsServer } from '../../test/support/nats.ts';
import { messageOf, program } from './processes.ts';

export interface Taken {
  readonly entries: number;
  /** Until the first decision, from when the engine starts to read. */
  readonly seconds: number;
  readonly cpu: number;
  /** Peak memory of the process in megabytes, and its memory before it read. */
  readonly peak: number;
  readonly before: number;
}

/** Starts an engine in its own process and waits until it has read the log and decided once. */
export async function taken(server: NatsServer, study: string, entries: number): Promise<Taken> {
  const found = await messageOf<Omit<Taken, 'entries'>>(program(new URL('./natsEngine.js', import.meta.url), server.url, study));
  return { entries, ...found };
}
