import { chmodSync, existsSync, realpathSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { withResolvers } from '../../streams/promises.ts';
import { failureOf, type RequestFailure } from '../errors.ts';
import { isRecord, jsonIn } from '../schema/json.ts';
import { parseIntent, RefusedError, type Submitted } from '../study/commands.ts';
import type { Intent } from '../study/intents.ts';
import type { SubmitOrigin } from '../study/source.ts';

/** The answer of the process that runs a study. */
export type SocketAnswer = Submitted | RequestFailure;

/**
 * Opens a socket next to a journal that this process has locked. Through it, other processes of the same user submit commands, and join the study.
 *
 * @param converse begins what another process asks for besides commands
 * @returns a function that closes it; undefined if no socket is possible: on file systems without sockets, and for very long paths.
 */
export async function controlSocket(
  journal: string,
  submit: (intent: Intent, origin: SubmitOrigin) => Promise<unknown>,
  converse: () => Conversation,
): Promise<(() => void) | undefined> {
  const connected = new Set<Socket>();
  const server = createServer((socket) => {
    connected.add(socket);
    const conversation = converse();
    socket.on('close', () => {
      connected.delete(socket);
      conversation.close();
    });
    const answer = async (line: string): Promise<object> => {
      const request = jsonIn(line);
      if (!isRecord(request)) return failureOf(new RefusedError({ code: 'not-json', message: 'expected a request as a JSON object' }));
      const given = request as unknown as SocketRequest;
      try {
        const { user, request: named } = given;
        const reply = await ('submit' in request
          ? submit(parseIntent(request.submit), { user, request: named })
          : conversation.answer(given));
        return { ...(reply as object), seq: given.seq };
      } catch (error) {
        return { ...failureOf(error), seq: given.seq };
      }
    };
    linesOf(socket, (line) => void answer(line).then((reply) => socket.writable && socket.write(`${JSON.stringify(reply)}\n`)));
  });
  const path = socketPath(journal);
  if (path === undefined) return undefined;
  rmSync(path, { force: true }); // left by a process that was killed
  const opened = await new Promise<boolean>((settle) => {
    server.on('error', () => settle(false)); // a later error, such as too many open files, only affects its client
    server.listen(path, () => settle(true));
  });
  if (!opened) return undefined;
  chmodSync(path, 0o600);
  return () => {
    server.close();
    for (const socket of connected) socket.destroySoon();
  };
}

/** A connection to the process that runs the study of a journal. */
export interface OwnerConnection {
  /** @throws OwnerGoneError if the process ends before it answers */
  ask(request: Omit<SocketRequest, 'seq'>): Promise<object>;
  /** Resolves when the process or the connection has ended. */
  readonly closed: Promise<void>;
  close(): void;
}

/** The process that runs a study ended before it answered. */
export class OwnerGoneError extends Error {
  override readonly name = 'OwnerGoneError';
}

/** Connects to the process that runs the study of a journal. @returns undefined if none listens */
export async function connectToRun(journal: string): Promise<OwnerConnection | undefined> {
  const path = socketPath(journal);
  if (path === undefined) return undefined;
  const waiting = new Map<number, { readonly resolve: (reply: object) => void; readonly reject: (error: Error) => void }>();
  let count = 0;
  let gone = false;
  const socket = createConnection(path);
  const isOpen = await new Promise<boolean>((settle) => {
    socket.on('error', () => settle(false));
    socket.on('connect', () => settle(true));
  });
  if (!isOpen) return undefined;
  const { promise: closed, resolve: end } = withResolvers<void>();
  socket.on('close', () => {
    gone = true;
    end();
    for (const { reject } of waiting.values()) reject(new OwnerGoneError());
    waiting.clear();
  });
  linesOf(socket, (line) => {
    const { seq, ...reply } = JSON.parse(line) as SocketRequest;
    waiting.get(seq)?.resolve(reply);
    waiting.delete(seq);
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(new OwnerGoneError());
        const seq = ++count;
        waiting.set(seq, { resolve, reject });
        socket.write(`${JSON.stringify({ ...request, seq })}\n`);
      }),
    closed,
    close: () => socket.destroySoon(),
  };
}

/** Submits a command to the process that runs the study of a journal. @returns undefined if none listens. */
export async function submitToRun(journal: string, intent: Intent, origin: SubmitOrigin = {}): Promise<SocketAnswer | undefined> {
  const run = await connectToRun(journal);
  if (!run) return undefined;
  try {
    return (await run.ask({ submit: intent, ...origin })) as SocketAnswer;
  } catch (error) {
    if (!(error instanceof OwnerGoneError)) throw error;
    return { error: 'the run ended before it answered; check whether the journal has the command', code: 'internal' };
  } finally {
    run.close();
  }
}

function linesOf(socket: Socket, take: (line: string) => void): void {
  socket.on('error', () => {}); // its close says the same
  createInterface({ input: socket })
    .on('line', take)
    .on('error', () => {}); // the socket reports it
}

/** The longest path of a socket on every system, in bytes. Some systems silently cut a longer one. */
const LONGEST_PATH = 103;

/** The shorter of two paths to the socket; undefined if both are too long, or the journal does not exist, yet. */
function socketPath(journal: string): string | undefined {
  if (!existsSync(journal)) return undefined;
  const path = `${realpathSync(resolve(journal))}.sock`;
  const near = relative(process.cwd(), path);
  return [near, path].find((place) => Buffer.byteLength(place) <= LONGEST_PATH);
}

/** A request: a command, or what the process that runs the study answers to trainers. The reply has the same `seq`. */
export interface SocketRequest {
  readonly seq: number;
  readonly submit?: unknown;
  /** Of a command: the user, and the name by which a repeated one is recognised. */
  readonly user?: string | undefined;
  readonly request?: string | undefined;
  readonly cmd?: string;
  /** The arguments of `cmd`. */
  readonly args?: readonly unknown[];
}

/** What one other process asks of the process that runs the study. */
export interface Conversation {
  /** @throws what the study throws */
  answer(request: SocketRequest): Promise<object>;
  /** The other process has gone. */
  close(): void;
}
