import { chmodSync, realpathSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { failureOf, type RequestFailure } from '../errors.ts';
import { jsonIn } from '../schema/json.ts';
import { parseIntent, type Submitted } from '../study/commands.ts';
import type { Intent } from '../study/intents.ts';
import type { Plugin } from './host.ts';

/** The answer of the process that runs a study. */
export type SocketAnswer = Submitted | RequestFailure;

/**
 * Opens a socket next to a journal that this process has locked. Through it, other processes of the same user submit commands.
 *
 * @returns a function that closes it; undefined if no socket is possible: on file systems without sockets, and for very long paths.
 */
export async function controlSocket(journal: string, submit: (intent: Intent) => Promise<unknown>): Promise<(() => void) | undefined> {
  const answer = async (line: string): Promise<unknown> => {
    try {
      return await submit(parseIntent(jsonIn(line)));
    } catch (error) {
      return failureOf(error);
    }
  };
  const connected = new Set<Socket>();
  const server = createServer((socket) => {
    connected.add(socket);
    socket.on('close', () => connected.delete(socket));
    socket.on('error', () => {}); // the client has gone
    firstLine(socket, (line) => void answer(line).then((reply) => socket.end(`${JSON.stringify(reply)}\n`)));
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

/** Accepts commands of other processes for a study in a journal. */
export const acceptCommands: Plugin = ({ journal, line, submit }) => {
  if (journal === undefined) return {};
  const opening = controlSocket(journal, submit).catch((error: Error) =>
    line(`no other process can command it: ${error.message}`, { level: 'warn' }),
  );
  return { close: async () => (await opening)?.() };
};

/** Submits a command to the process that runs the study of a journal. @returns undefined if none listens. */
export async function submitToRun(journal: string, intent: Intent): Promise<SocketAnswer | undefined> {
  const path = socketPath(journal);
  if (path === undefined) return undefined;
  return new Promise((settle) => {
    const socket = createConnection(path, () => socket.write(`${JSON.stringify(intent)}\n`));
    socket.on('error', () => settle(undefined));
    socket.on('close', () =>
      settle({ error: 'the run ended before it answered; check whether the journal has the command', code: 'internal' }),
    );
    firstLine(socket, (line) => settle(JSON.parse(line) as SocketAnswer));
  });
}

const firstLine = (socket: Socket, take: (line: string) => void): void =>
  void createInterface({ input: socket })
    .once('line', take)
    .on('error', () => {}); // the socket reports it

/** The longest path of a socket on every system, in bytes. Some systems silently cut a longer one. */
const LONGEST_PATH = 103;

/** The shorter of two paths to the socket; undefined if both are too long. */
function socketPath(journal: string): string | undefined {
  const path = `${realpathSync(resolve(journal))}.sock`;
  const near = relative(process.cwd(), path);
  return [near, path].find((place) => Buffer.byteLength(place) <= LONGEST_PATH);
}
