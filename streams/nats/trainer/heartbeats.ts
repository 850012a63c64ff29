import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { NatsConnection } from '@nats-io/nats-core';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { reconnectOptions } from '../connection/connect.ts';
import { publish } from '../connection/connection.ts';
import { type Beat, PRESENCE, type PresenceMessage } from '../protocol/messages.ts';
import type { Subjects } from '../protocol/subjects.ts';

/** The heartbeats of the current runs. */
export interface Heartbeats {
  /** @param every milliseconds. */
  begin(trial: TrialId, run: string, every: number): void;
  end(trial: TrialId, run: string): void;
  close(): void;
}

/** Sends heartbeats by a timer, one for all runs, for objectives that do not block the event loop. */
export function timedHeartbeats(nc: NatsConnection, subjects: Subjects, trainer: string): Heartbeats {
  const runs = new Map<string, TrialId>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let period = Number.POSITIVE_INFINITY;
  const beat = () => {
    for (const [run, trial] of runs) publish(nc, subjects.beat(trainer, trial), JSON.stringify({ run } satisfies Beat));
  };
  return {
    begin: (trial, run, every) => {
      runs.set(run, trial);
      if (every >= period) return;
      clearInterval(timer);
      timer = setInterval(beat, every);
      period = every;
    },
    end: (_, run) => runs.delete(run),
    close: () => clearInterval(timer),
  };
}

/** How a thread connects: plain data, because functions cannot be passed to it. */
export interface ThreadConnection {
  readonly servers: string | readonly string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** Text of a file of credentials, such as `hypertide server render` writes. */
  readonly creds?: string;
}

/** Runs in the thread. It is text so that it needs no loader, whether this module is TypeScript or compiled. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { connect, credsAuthenticator } = require(workerData.transport);
const { creds, ...options } = workerData.connection;
if (creds) options.authenticator = credsAuthenticator(new TextEncoder().encode(creds));
const timers = new Map();
const ready = connect({ ...options, ...workerData.reconnectOptions, waitOnFirstConnect: true });
parentPort.on('message', async ({ subject, beat, every }) => {
  clearInterval(timers.get(beat));
  timers.delete(beat);
  if (every) timers.set(beat, setInterval(async () => (await ready).publish(subject, beat), every));
});
`;

/** Sends heartbeats from a thread with its own connection, for objectives that block the event loop. */
export function threadHeartbeats(connection: ThreadConnection, subjects: Subjects, trainer: string): Heartbeats {
  const transport = createRequire(import.meta.url).resolve('@nats-io/transport-node');
  const worker = new Worker(program, { eval: true, workerData: { transport, connection, reconnectOptions }, execArgv: [] });
  worker.unref();
  const tell = (trial: TrialId, run: string, every?: number) => {
    const beat = JSON.stringify({ run } satisfies Beat);
    worker.postMessage({ subject: subjects.beat(trainer, trial), beat, every });
  };
  return { begin: tell, end: (trial, run) => tell(trial, run), close: () => void worker.terminate() };
}

/** Tells engines that a trainer is there. */
export interface AnnouncedPresence {
  /** Says it now; it is repeated at intervals. */
  announce(): void;
  /** Says whether the server has no room for the facts of the trainer. */
  refused(isFull: boolean): void;
  /** Says that the trainer has ended, if it has ever announced itself. */
  end(): void;
}

/** @param about what each message says of the trainer */
export function presenceOn(nc: NatsConnection, subject: string, about: Pick<PresenceMessage, 'slots' | 'offers'>): AnnouncedPresence {
  let hasSaid = false;
  const say = (message: PresenceMessage) => {
    hasSaid = true;
    publish(nc, subject, JSON.stringify(message));
  };
  let isRefused = false;
  const announce = () => say(isRefused ? { ...about, full: true } : about);
  const timer = setInterval(announce, PRESENCE);
  return {
    announce,
    refused: (isFull) => {
      isRefused = isFull;
      if (hasSaid) announce();
    },
    end: () => {
      clearInterval(timer);
      if (hasSaid && !nc.isClosed()) say({ ...about, ended: true });
    },
  };
}
