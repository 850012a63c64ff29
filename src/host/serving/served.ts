import { BehaviorSubject, filter, firstValueFrom } from 'rxjs';
import { Life, type PhaseOf, type VerdictOf } from '../../../machines/chart.ts';
import { servedChart } from '../../../machines/study.ts';
import type { Access } from '../../../streams/nats/connection/connect.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { type StudyNaming, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { isInbox, refuseRequests, respond } from '../../../streams/nats/rpc.ts';
import { enlist } from '../../../streams/nats/serve/listing.ts';
import type { ServedStudy, ServeStudyOptions, serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import type { Summary } from '../../../streams/nats/serve/summaries.ts';
import { messagesOf } from '../../errors.ts';
import { isTrialRunning } from '../../ledger/openTrials.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { RefusedError } from '../../study/commands.ts';
import { archivedText } from '../../study/status.ts';
import { ofStudy, type StatusLine } from '../../text/statusLine.ts';
import { type Hosting, host, type Plugin } from '../host.ts';
import type { HostServer } from '../openServer.ts';
import { lossesTold, pausesTold } from '../plugins.ts';
import type { TeamQuota } from './quota.ts';
import { reaching } from './reaching.ts';
import type { RetireOptions } from './retireOptions.ts';
import { errorKind, FAILED_MS, nextStart } from './supervise.ts';

export type ServedPhase = PhaseOf<typeof servedChart> | 'deleted' | 'left';

/** Starts an engine. @param take called before it reads an entry @param signal aborts when it should not start any more */
export type StartEngine = (
  options: Partial<ServeStudyOptions>,
  take: (engine: ServedStudy) => void,
  signal: AbortSignal,
) => Promise<ServedStudy>;

/** A study that this process serves. */
export type ServedHere = ReturnType<typeof servedHere>;

/** Begins a phase. @returns what ends it */
type Enter = (from: ServedPhase) => readonly (() => unknown)[];

/** The phases after which it is known whether the study can be served. */
const SOON: readonly ServedPhase[] = ['absent', 'creating', 'starting', 'restarting'];

/** The life of a study in this process, which passes through `servedChart`. All that runs for it is begun by a phase, and ends with this phase. */
export function servedHere(options: ServingOptions, study: string, start: StartEngine) {
  const { nc, screen, nats, naming, access, metrics, plugins = [], server, quota, settings } = options;
  const name = options.team === undefined ? study : `${options.team}.${study}`;
  const place = reaching(nats, study, access, 'your');
  const subjects = subjectsOf(study, naming);
  const line = ofStudy(screen, name);
  const warn = (text: string) => line(text, { level: 'warn' });
  const room = quota?.roomFor(study, line, () => server?.changed(name));
  const life = new Life(servedChart);
  const phases$ = new BehaviorSubject<ServedPhase>('absent');
  /** What the phases know. */
  const here = {
    engine: undefined as ServedStudy | undefined,
    /** What it was when it was unloaded. */
    summary: undefined as Summary | undefined,
    /** What has ended its last engine. */
    error: undefined as unknown,
    /** When it was needed after it was unloaded, by a clock that never goes back. */
    neededAt: Number.NEGATIVE_INFINITY,
  };
  let observers: Hosting | undefined;
  let next = { tries: 0, hasFailed: false, pause: 0 };
  let leave: ReturnType<Enter> = [];
  let isBegun = false;
  /** The failure that people have read. */
  let said: string | undefined;
  let parting: Promise<unknown> | undefined;
  const phase = () => life.phase as ServedPhase;
  const why = () => messagesOf(here.error).join('; ');

  /** @param known what is known from now on @returns whether another phase has begun */
  const send = (event: VerdictOf<typeof servedChart>, known: Partial<Pick<typeof here, 'summary' | 'error'>> = {}): boolean => {
    const from = phase();
    if (!life.send(event)) return false;
    Object.assign(here, known);
    for (const end of leave) end();
    leave = enter[phase()](from);
    phases$.next(phase());
    server?.changed(name);
    if (life.isOver) phases$.complete();
    return true;
  };
  /** Resolves when the study is served, or cannot be. */
  const settled = () => firstValueFrom(phases$.pipe(filter((now) => !SOON.includes(now))), { defaultValue: phase() });
  const needed = () => {
    send('needed');
    return settled();
  };
  const observe = () => {
    const served = { served: phase, failure: () => (phase() === 'failed' ? why() : undefined), waits: room?.why };
    const store = { stored: async () => here.engine?.stored(), isFull: () => here.engine?.isFull ?? false };
    const told = [pausesTold, lossesTold(() => phase() === 'leading', settings.lease)];
    const all = [...plugins, ...(quota ? [quota.plugin(study)] : []), ...told];
    return host({ name, place, log: logOn(nc, subjects, warn), line, ...served, ...store }, all);
  };
  /** Runs an engine until it ends. */
  const run = async (signal: AbortSignal) => {
    observers ??= observe();
    const { ports, attach, detach } = observers;
    let own: ServedStudy | undefined;
    let readAt = Number.POSITIVE_INFINITY;
    /** What the engine has become, once it has read the log. */
    const look = () => {
      if (readAt === Number.POSITIVE_INFINITY || own !== here.engine) return;
      const { ledger } = own!.port;
      const isOver = ledger.closed !== undefined && (phase() === 'closed' || !isTrialRunning(ledger, true));
      send(isOver ? 'ended' : own!.leads ? 'leads' : 'follows');
    };
    const take = (engine: ServedStudy) => {
      here.engine = own = engine;
      attach(engine.port, engine.past);
      line(engine.past > 0 ? 'resumed' : 'started');
      engine.port.live$.subscribe({ next: look, error: () => {} }); // its end says so
    };
    const untilEnd = async () => {
      const engine = await start({ create: !isBegun && !here.summary, ...ports, onLead: look, room, warn }, take, signal);
      isBegun = true;
      const read = () => {
        readAt = performance.now();
        said = undefined;
        look();
      };
      engine.started.then(read, () => {}); // it ends with the error
      return engine.ended;
    };
    const error = await untilEnd().catch((cause: unknown) => cause);
    if (own !== here.engine) return; // it was let go
    here.engine = undefined;
    detach();
    if (error === undefined || nc.isClosed()) return void send('left', { error });
    const meaning = errorKind(error);
    if (meaning === 'deleted') return void send('deleted', { error });
    next = nextStart(next.tries, performance.now() - readAt, meaning);
    send(next.hasFailed ? 'refused' : 'broke', { error });
  };
  const letGo = (): ReturnType<Enter> => {
    parting = Promise.all([parting, here.engine?.close(), observers?.close()]);
    here.engine = observers = undefined;
    server?.forget(name);
    return [];
  };
  const startAfter = (milliseconds: number) => {
    const timer = setTimeout(() => send('due'), milliseconds);
    return () => clearTimeout(timer);
  };
  const answerLoads = () => {
    const requests = nc.subscribe(subjects.rpc('load'), {
      callback: (failure, message) => {
        if (!failure && isInbox(message.reply)) void needed().then(() => respond(message, { ok: true, result: {} }));
      },
    });
    return () => requests.drain().catch(() => {}); // those that the server has sent are answered
  };
  /** Shows what is known of it without its log. @param load what a page calls that needs more */
  const show = (load: () => Promise<unknown>) => {
    letGo();
    const { status, objective, archive, spent } = here.summary!;
    if (spent) quota?.recall(study, spent);
    server?.unload(name, { status, objective, place, served: phase, load });
    return [() => server?.forget(name), enlist(nc, subjects, () => omitUndefined({ study, status, archive, unloaded: objective }))];
  };

  const starting: Enter = (from) => {
    if (from === 'unloaded') here.neededAt = performance.now();
    const waiting = new AbortController();
    void run(waiting.signal);
    return [() => waiting.abort(), answerLoads()];
  };
  const enter: Readonly<Record<ServedPhase, Enter>> = {
    absent: () => [],
    creating: starting,
    starting,
    leading: (from) => {
      if (from === 'standby') warn('now leads, since the other engine is slow or gone');
      if (from === 'closed') line('reopened');
      return [];
    },
    standby: (from) => {
      line(`${from === 'closed' ? 'reopened; ' : ''}serves as a standby: another engine leads`);
      return [];
    },
    closed: () => {
      line('closed');
      return [];
    },
    restarting: () => {
      metrics?.restarted(name);
      warn(`ended unexpectedly: ${why()}; starting again in ${next.pause / 1000} s`);
      return [startAfter(next.pause)];
    },
    failed: () => {
      if (why() !== said) line(`has failed: ${why()}`, { level: 'error' });
      said = why();
      const refusal = `${study} has failed: ${said}; its engine tries it again every ${FAILED_MS / 60_000} minutes`;
      return [startAfter(next.pause), refuseRequests(nc, subjects, refusal), enlist(nc, subjects, () => ({ study, error: refusal }))];
    },
    unloaded: () => {
      const facts = nc.subscribe(subjects.study, { callback: (failure) => (failure ? undefined : void needed()) }); // another engine serves it
      return [...show(needed), answerLoads(), () => facts.unsubscribe()];
    },
    archived: () => {
      const message = archivedText(study, here.summary!.archive!);
      const refuse = () => Promise.reject(new RefusedError({ code: 'archived', message }));
      return [...show(refuse), refuseRequests(nc, subjects, message, 'archived')];
    },
    deleted: () => {
      line(`is no longer served: ${why()}`);
      void metrics?.deleted(name);
      return letGo();
    },
    left: letGo,
  };
  const close = async () => {
    send('left');
    await parting;
  };
  return { study, line, phases$, phase, here, send, settled, needed, close };
}

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
