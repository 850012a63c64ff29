import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusLine } from '../../text/statusLine.ts';
import type { Plugin } from '../host.ts';
import { deliver, hostOf } from './deliver.ts';
import { eventsIn, type HookEvent } from './events.ts';
import { type OnEvents, readHookFile, type Target } from './hookFile.ts';
import { retrying } from './request.ts';

/** Commands and webhooks that this process calls when something happens in its studies. */
export interface Hooks {
  /** Watches a study. Events before this process ran it are not sent. */
  readonly plugin: Plugin;
  /** Waits a moment for events in flight, and drops the others. */
  close(): Promise<void>;
}

/** Milliseconds before each retry. */
const PAUSES = [1000, 5000, 30_000, 120_000];
/** Events that wait for one target, at most. */
const MOST_EVENTS = 1000;
/** Milliseconds to deliver events when the process ends. */
const PARTING_MS = 5000;

/** The hooks of a file. @throws UsageError */
export const openHooks = async (path: string | undefined, screen: StatusLine, pauses = PAUSES): Promise<Hooks | undefined> =>
  path === undefined ? undefined : hooksOf(await readHookFile(path), screen, pauses);

/** Each target gets its events one after the other. The study never waits for them. */
export function hooksOf(on: OnEvents, screen: StatusLine, pauses: readonly number[] = PAUSES, parting = PARTING_MS): Hooks {
  const ending = new AbortController();
  const queues = new Map<Target, { waiting: number; last: Promise<void> }>();
  const call = (name: string, target: Target, event: HookEvent) => {
    const { study } = event.data;
    const queue = queues.get(target) ?? { waiting: 0, last: Promise.resolve() };
    queues.set(target, queue);
    const warn = (why: string) =>
      screen.line(`${study}: on.${name}: ${hostOf(target)} did not get event ${event.id}: ${why}`, { level: 'warn', study });
    if (queue.waiting >= MOST_EVENTS) return warn(`${MOST_EVENTS} events are already waiting`);
    queue.waiting++;
    queue.last = queue.last
      .then(() => retrying(() => deliver(target, event, ending.signal), pauses, ending.signal))
      .catch((error: Error) => warn(error.message))
      .finally(() => queue.waiting--);
  };
  const plugin: Plugin = ({ name: study, past }) => {
    const find = eventsIn(study);
    return {
      apply: (entry, folded) => {
        const events = find(entry, folded); // past entries too, because they decide the best trial so far
        if (entry.position <= past()) return;
        for (const [name, event] of events) for (const target of on[name] ?? []) call(name, target, event);
      },
    };
  };
  return {
    plugin,
    close: async () => {
      const all = Promise.all([...queues.values()].map(({ last }) => last));
      await Promise.race([all, sleep(parting, undefined, { ref: false })]);
      ending.abort();
      await all;
    },
  };
}
