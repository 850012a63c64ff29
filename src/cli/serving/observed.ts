import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { refuseRequests } from '../../../streams/nats/rpc.ts';
import type { ServedStudy } from '../../../streams/nats/serve/serve.ts';
import { messagesOf } from '../../errors.ts';
import type { Hooks } from '../../host/hooks/hooks.ts';
import { pauseFailing } from '../../host/pauseFailing.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { ofStudy } from '../../text/statusLine.ts';
import type { ServingOptions } from './options.ts';
import { reaching } from './reaching.ts';
import { servedLines } from './servedLines.ts';
import { FAILED, type Supervised } from './supervise.ts';

/**
 * What this process observes of a study: its lines, metrics and hooks. They outlive the engines of the study: the next engine reads the log again, and its
 * entries are observed once.
 */
export function observed({ nc, screen, nats, naming, access, metrics, hooks, settings }: ServingOptions, study: string) {
  const line = ofStudy(screen, study);
  const warn = (text: string) => screen.line(text, { level: 'warn', study });
  let engine: ServedStudy | undefined;
  /** Position of the last entry before this process served the study. */
  let begun: number | undefined;
  let position = 0;
  let failure: string | undefined;
  /** Ends the answers that it has failed. */
  let admit = () => {};
  let hasClosed = false;
  const past = () => begun ?? 0;
  const state = () => (engine?.ledger.created ? engine : undefined);
  const lines = servedLines({ line, served: () => engine, past, lease: settings.lease });
  const failing = pauseFailing({
    past,
    place: `${reaching(nats, access, 'your')} --study ${study}`,
    line,
    pause: async (uncounted) => engine?.pause(uncounted),
    uncount: async (trials) => engine?.uncount(trials),
  });
  const measure = metrics?.add(study, {
    state,
    leads: () => engine?.leads ?? false,
    stored: async () => engine?.stored(),
    isFull: () => engine?.isFull ?? false,
    failure: () => failure,
  });
  let call: ReturnType<Hooks['watch']> | undefined;
  return {
    line,
    warn,
    onLead: lines.onLead,
    onEntry: (applied: AppliedEntry) => {
      if (applied.position <= position) return;
      position = applied.position;
      lines.apply(applied);
      measure?.(applied);
      call?.(applied);
      failing(applied);
    },
    /** An engine serves it. Its entries are read after this. */
    served: (now: ServedStudy) => {
      engine = now;
      begun ??= now.past;
      call ??= hooks?.watch(study, past(), state);
    },
    /** Its engine has ended. */
    ended: () => {
      engine = undefined;
    },
    /** Whether an engine has served it, so that its stream exists unless it is deleted. */
    get hasBegun() {
      return begun !== undefined;
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
      void metrics?.remove(study);
    },
  };
}

export type Observed = ReturnType<typeof observed>;
