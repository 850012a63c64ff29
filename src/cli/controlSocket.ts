import { randomUUID } from 'node:crypto';
import { chmodSync, realpathSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Closed, Command } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';

/** Where a study that runs hears what people say to it from other terminals: a socket beside its journal, for the user who runs it. */
export interface Inbox {
  /** To be told of each entry of the journal, so that who has said something hears what became of it. */
  note(noted: AppliedEntry): void;
  close(): void;
}

/** What became of a fact that somebody said. */
export type Answer = { readonly position: number } | { readonly error: string };

/** What a person may say. */
type Word = Command | Closed;
const WORDS: readonly string[] = ['enqueued', 'retracted', 'cancelled', 'changed', 'closed'] satisfies Word['type'][];

/**
 * Opens the inbox of a journal that this process has locked.
 *
 * @param append puts a fact into the journal.
 * @returns nothing where there can be no socket: on file systems without them, and below very long paths.
 */
export async function inbox(journal: string, append: (fact: object) => Promise<unknown>): Promise<Inbox | undefined> {
  const waiting = new Map<string, (answer: Answer) => void>();
  const talking = new Set<Socket>();
  const take = (line: string) =>
    new Promise<Answer>((answer) => {
      const fact = commandIn(line);
      if (typeof fact === 'string') return answer({ error: fact });
      const request = randomUUID();
      waiting.set(request, answer);
      append({ ...fact, request }).catch(({ message }: Error) => answer({ error: message }));
    });
  const server = createServer((socket) => {
    talking.add(socket);
    socket.on('close', () => talking.delete(socket));
    socket.on('error', () => {}); // whoever asked has gone
    firstLine(socket, (line) => void take(line).then((answer) => socket.end(`${JSON.stringify(answer)}\n`)));
  });
  const place = placeOf(journal);
  if (place === undefined) return undefined;
  rmSync(place, { force: true }); // of a process that was killed
  const open = await new Promise<boolean>((opened) => {
    server.on('error', () => opened(false)); // a later one, such as too many open files, only costs whoever asked
    server.listen(place, () => opened(true));
  });
  if (!open) return undefined;
  chmodSync(place, 0o600);
  return {
    note: ({ fact, position, refusal }) => {
      const { request } = (fact ?? {}) as { request?: string };
      if (request === undefined) return;
      waiting.get(request)?.(refusal ? { error: refusal.message } : { position });
      waiting.delete(request);
    },
    close: () => {
      server.close();
      for (const socket of talking) socket.destroySoon();
    },
  };
}

/** The fact that a line holds; or why it is none that a person may say. */
function commandIn(line: string): object | string {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return 'expected a fact as JSON';
  }
  const fact = parseFact(data);
  if (isRefusal(fact)) return fact.message;
  return WORDS.includes(fact.type) ? fact : `expected one of ${WORDS.join(', ')}, got ${fact.type}`;
}

/** Says a fact to whoever runs the study of a journal. @returns nothing where nobody listens. */
export async function sayTo(journal: string, fact: Word): Promise<Answer | undefined> {
  const place = placeOf(journal);
  if (place === undefined) return undefined;
  return new Promise((answer) => {
    const socket = createConnection(place, () => socket.write(`${JSON.stringify(fact)}\n`));
    socket.on('error', () => answer(undefined));
    socket.on('close', () => answer({ error: 'the run ended before it answered; look whether the journal has it' }));
    firstLine(socket, (line) => answer(JSON.parse(line) as Answer));
  });
}

const firstLine = (socket: Socket, hear: (line: string) => void): void =>
  void createInterface({ input: socket })
    .once('line', hear)
    .on('error', () => {}); // the socket has told it

/** Bytes that the path of a socket has room for on every system: of a longer one, the end would be cut off without a word. */
const ROOM = 103;

/** The shorter one of two paths that lead there; nothing where both are too long. */
function placeOf(journal: string): string | undefined {
  const path = `${realpathSync(resolve(journal))}.sock`;
  const near = relative(process.cwd(), path);
  return [near, path].find((place) => Buffer.byteLength(place) <= ROOM);
}
