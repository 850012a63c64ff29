import type { Access } from '../../../streams/nats/connection/connect.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { LEASE } from '../../../streams/nats/protocol/messages.ts';
import { type StudyNaming, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { refuseRequests } from '../../../streams/nats/rpc.ts';
import { enlist } from '../../../streams/nats/serve/listing.ts';
import type { ServedStudy, ServeStudyOptions, serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { messagesOf } from '../../errors.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { stripControls } from '../../study/plainText.ts';
import { ofStudy, type StatusLine } from '../../text/statusLine.ts';
import { host, type Plugin } from '../host.ts';
import type { HostServer } from '../openServer.ts';
import { pausesTold } from '../plugins.ts';
import type { TeamQuota } from './quota.ts';
import { reaching } from './reaching.ts';
import type { RetireOptions } from './retireOptions.ts';
import { FAILED, type Supervised } from './supervise.ts';

/**
 * A study that this process serves, with its observers, and what its supervisor says of it.
 */
export function observed(options: ServingOptions, study: string) {
  const { nc, screen, nats, naming, access, metrics, plugins = [], server, quota, settings } = options;
  const name = shownName(options, study);
  const line = ofStudy(screen, name);
  const warn = (text: string) => screen.line(text, { level: 'warn', study: name });
  const room = quota?.roomFor(study, line, () => server?.changed(name));
  let engine: ServedStudy | undefined;
  let failure: string | undefined;
  /** Ends what says that it has failed. */
  let admit = () => {};
  let hasBegun = false;
  let hasClosed = false;
  const lines = servedLines(line, settings.lease);
  const { ports, attach, detach, close } = host(
    {
      name,
      place: reaching(nats, study, access, 'your'),
      log: logOn(nc, subjectsOf(study, naming), warn),
      line,
      leads: () => engine?.leads ?? false,
      stored: async () => engine?.stored(),
      isFull: () => engine?.isFull ?? false,
      failure: () => failure,
      waits: room?.why,
    },
    [...plugins, ...(quota ? [quota.plugin(study)] : []), pausesTold, lines.plugin],
  );
  return {
    line,
    warn,
    onLead: lines.onLead,
    room,
    ports,
    /** An engine serves it. Its entries are read after this. */
    served: (now: ServedStudy) => {
      engine = now;
      hasBegun = true;
      attach(now.port, now.past);
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
        metrics?.restarted(name);
        line(`ended unexpectedly: ${why}; starting again in ${now.pause / 1000} s`, { level: 'warn' });
      }
      if (now.is === 'deleted') {
        line(`is no longer served: ${why}`);
        void metrics?.deleted(name);
      }
      if (now.is === 'failed') {
        if (why !== failure) line(`has failed: ${why}`, { level: 'error' });
        const subjects = subjectsOf(study, naming);
        const refusal = `${study} has failed: ${why}; its engine tries it again every ${FAILED / 60_000} minutes`;
        const ends = [refuseRequests(nc, subjects, refusal), enlist(nc, subjects, () => ({ study, error: refusal }))];
        admit = () => {
          for (const end of ends) end();
        };
      }
      failure = now.is === 'failed' ? why : undefined;
    },
    forget: () => {
      admit();
      void close();
      server?.forget(name);
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

/** The name of a study in this process, which may serve studies of the same name for several teams. */
export const shownName = ({ team }: ServingOptions, study: string): string => (team === undefined ? study : `${team}.${study}`);

/** Where and how this process serves studies. */
export interface ServingOptions {
  readonly nc: Parameters<typeof serveStudy>[0];
  readonly screen: StatusLine;
  /** Whose account it is, if the process serves several teams. */
  readonly team?: string | undefined;
  /** The address of the server. */
  readonly nats: string;
  /** How studies are named there. */
  readonly naming?: StudyNaming;
  /** How this process logs in there. */
  readonly access: Access;
  readonly metrics?: Metrics | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
  /** What shows the studies. */
  readonly server?: HostServer | undefined;
  /** What its team may use. */
  readonly quota?: TeamQuota | undefined;
  /** When closed studies are unloaded, which may change. Default: never. */
  readonly retire?: (() => RetireOptions) | undefined;
  readonly settings: Pick<ServeStudyOptions, 'lease' | 'replicas' | 'maxBytes' | 'checkpointBytes' | 'atMost'>;
}

/**
 * Tells what happens to a study while it is served: lost trials, a reopening, and whether this engine leads.
 *
 * @param lease in seconds.
 */
function servedLines(say: StatusLine['line'], lease = LEASE) {
  let isStandby = false;
  let wasClosed = false;
  let isReopened = false;
  const plugin: Plugin = ({ line, past }) => ({
    apply: ({ fact, refusal, position, effect }, { ledger, rows }) => {
      const isNew = position > past();
      const isClosed = ledger.closed !== undefined;
      if (wasClosed && !isClosed && isNew) {
        isReopened = true;
        line('reopened');
      } else if (isReopened && effect === 'closed') line('closed'); // the caller of `begin` reports the first close
      wasClosed = isClosed;
      if (refusal || fact.type !== 'failed' || fact.reason !== 'lost' || !isNew || isStandby) return; // of several engines, the leader tells
      const { trial, run, message = '' } = fact;
      const trainer = run === undefined ? undefined : rows.get(trial)?.trainer;
      const why = trainer === undefined ? stripControls(message) : `${trainer} was silent for ${lease} s`;
      line(`trial ${trial} is lost: ${why}`, omitUndefined({ level: 'warn' as const, trial, run }));
    },
  });
  return {
    plugin,
    onLead: (leads: boolean) => {
      if (leads && isStandby) say('now leads, since the other engine is slow or gone', { level: 'warn' });
      if (!leads) say('serves as a standby: another engine leads');
      isStandby = !leads;
    },
  };
}
