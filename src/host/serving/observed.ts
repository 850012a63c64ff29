import { readLog } from '../../../streams/nats/log/readLog.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { refuseRequests } from '../../../streams/nats/rpc.ts';
import type { ServedStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { messagesOf } from '../../errors.ts';
import { ofStudy } from '../../text/statusLine.ts';
import { brokenProgram } from '../brokenProgram.ts';
import { host } from '../host.ts';
import type { ServingOptions } from './options.ts';
import { reaching } from './reaching.ts';
import { servedLines } from './servedLines.ts';
import { FAILED, type Supervised } from './supervise.ts';

/**
 * A study that this process serves, with its observers, and what its supervisor says of it.
 */
export function observed({ nc, screen, nats, naming, access, metrics, plugins = [], server, settings }: ServingOptions, study: string) {
  const line = ofStudy(screen, study);
  const warn = (text: string) => screen.line(text, { level: 'warn', study });
  let engine: ServedStudy | undefined;
  let failure: string | undefined;
  /** Ends the answers that it has failed. */
  let admit = () => {};
  let hasBegun = false;
  let hasClosed = false;
  const lines = servedLines(line, settings.lease);
  const { ports, attach, detach, close } = host(
    {
      name: study,
      place: `${reaching(nats, access, 'your')} --study ${study}`,
      log: logOn(nc, subjectsOf(study, naming), warn),
      line,
      leads: () => engine?.leads ?? false,
      stored: async () => engine?.stored(),
      isFull: () => engine?.isFull ?? false,
      failure: () => failure,
    },
    [...plugins, brokenProgram(), lines.plugin],
  );
  return {
    line,
    warn,
    onLead: lines.onLead,
    ports,
    /** An engine serves it. Its entries are read after this. */
    served: (now: ServedStudy) => {
      engine = now;
      hasBegun = true;
      attach(now, now.past);
    },
    /** Its engine has ended. */
    ended: () => {
      engine = undefined;
      detach();
    },
    /** Whether an engine has served it, so that its stream exists unless it is deleted. */
    get hasBegun() {
      return hasBegun;
    },
    /** It has closed, though it may be reopened. */
    closed: () => {
      if (!hasClosed) line('closed');
      hasClosed = true;
    },
    /** Its supervisor says what has become of it. */
    supervised: (now: Supervised) => {
      const why = 'error' in now ? messagesOf(now.error).join('; ') : undefined;
      admit();
      if (now.is === 'restarting') {
        metrics?.restarted(study);
        line(`ended unexpectedly: ${why}; starting again in ${now.pause / 1000} s`, { level: 'warn' });
      }
      if (now.is === 'deleted') {
        line(`is no longer served: ${why}`);
        void metrics?.deleted(study);
      }
      if (now.is === 'failed') {
        if (why !== failure) line(`has failed: ${why}`, { level: 'error' });
        admit = refuseRequests(
          nc,
          subjectsOf(study, naming),
          `${study} has failed: ${why}; its engine tries it again every ${FAILED / 60_000} minutes`,
        );
      }
      failure = now.is === 'failed' ? why : undefined;
    },
    forget: () => {
      admit();
      void close();
      server?.forget(study);
    },
  };
}

/** The log of a study, which is opened once something reads it. */
function logOn(...of: Parameters<typeof readLog>): Awaited<ReturnType<typeof readLog>> {
  let opened: ReturnType<typeof readLog> | undefined;
  const open = () => {
    opened ??= readLog(...of);
    return opened;
  };
  return {
    async *read(from, signal) {
      yield* (await open()).read(from, signal);
    },
    head: async () => (await open()).head(),
  };
}

export type Observed = ReturnType<typeof observed>;
