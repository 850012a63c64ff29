import { setTimeout } from 'node:timers/promises';
import type { Access } from '../../../streams/nats/connection/connect.ts';
import { type ServedStudy, type ServeOptions, serve } from '../../../streams/nats/serve/serve.ts';
import { StudyError } from '../../../streams/nats/studyError.ts';
import { watchReports } from '../../../streams/study/unreported.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import type { Tracing } from '../../monitoring/tracing.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { StudyFile } from '../studyFile/studyFile.ts';
import type { StatusLine } from '../terminal/statusLine.ts';
import { ofStudy } from '../terminal/withLog.ts';
import { earlierOnServer } from './earlierOnServer.ts';
import { pauseFailing } from './pauseFailing.ts';
import { servedLines } from './servedLines.ts';

/** A study to serve: from its file, or from its log. */
export type Served = Pick<StudyFile, 'space' | 'strategy' | 'options'>;

export interface ServingOptions {
  readonly nc: Parameters<typeof serve>[0];
  readonly screen: StatusLine;
  /** The address of the server. */
  readonly nats: string;
  /** How this process logs in there. */
  readonly access: Access;
  readonly metrics?: Metrics | undefined;
  readonly hooks?: Hooks | undefined;
  readonly tracing?: Tracing | undefined;
  readonly settings: Pick<ServeOptions, 'lease' | 'replicas' | 'maxBytes' | 'checkpointBytes' | 'atMost'>;
}

/** The studies that this process serves. */
export interface Serving {
  /** Begins or resumes a study. Resolves once it is served. @throws what prevents that */
  begin(study: Served): Promise<ServedStudy>;
  /** Ends all engines. */
  close(): Promise<void>;
  /** Whether `close` was called. */
  readonly ending: boolean;
}

/** The options with which another process reaches the server, with its own login. */
export const reaching = (nats: string, { nkey, creds, tlsCa, tlsCert }: Access, whose: 'its' | 'your'): string =>
  [
    `--nats ${nats.replaceAll(/\/\/[^@/,\s]*@/g, '//<user>:<password>@')}`,
    nkey !== undefined && `--nkey <${whose} seed>`,
    creds !== undefined && `--creds <${whose} credentials>`,
    tlsCa !== undefined && `--tls-ca ${tlsCa}`,
    tlsCert !== undefined && `--tls-cert <${whose} certificate> --tls-key <${whose} key>`,
  ]
    .filter(Boolean)
    .join(' ');

/** Milliseconds to wait for the end of an engine. */
const PARTING = 2000;

export function serving({ nc, screen, nats, access, metrics, hooks, tracing, settings }: ServingOptions): Serving {
  const engines = new Set<ServedStudy>();
  let ending = false;
  return {
    begin: async ({ space, strategy, options }) => {
      const { study } = options;
      const line = ofStudy(screen, study);
      const warn = (text: string) => screen.line(text, { level: 'warn', study });
      let served: ServedStudy;
      const past = () => served.past;
      const failing = pauseFailing({
        past,
        place: `${reaching(nats, access, 'your')} --study ${study}`,
        line,
        pause: (uncounted) => served.pause(uncounted),
        uncount: (trials) => served.uncount(trials),
      });
      const reporting = watchReports('let the trainer report its value', past, warn);
      let engine: ServedStudy | undefined;
      let failure: string | undefined;
      const state = () => (engine?.ledger.created ? engine : undefined);
      const spans = tracing?.spansOf(study);
      let call: ReturnType<Hooks['watch']> | undefined;
      const measure = metrics?.add(study, {
        state,
        leads: () => engine?.leads ?? false,
        lag: async () => (await engine?.lag()) ?? 0,
        failure: () => failure,
      });
      const lines = servedLines({ line, served: () => engine, past, lease: settings.lease });
      const onEntry = (noted: AppliedEntry) => {
        lines.apply(noted);
        measure?.(noted);
        call?.(noted);
        reporting(noted);
        failing(noted);
      };
      const beginning = serve(nc, space, {
        strategy,
        ...options,
        earlier: earlierOnServer(nc, options.earlier),
        ...settings,
        onEntry,
        onLead: lines.onLead,
        warn,
        spans,
      });
      served = await beginning.catch((error) => {
        metrics?.remove(study);
        throw error;
      });
      call = hooks?.watch(study, served.past, state); // entries are read after this
      engine = served;
      engines.add(served);
      void served.ended.then((error) => {
        engines.delete(served);
        if (error instanceof StudyError && error.code === 'gone') metrics?.remove(study);
        else if (error !== undefined) failure = (error as Error).message;
      });
      line(past() > 0 ? 'resumed' : 'started');
      const worker = `${reaching(nats, access, 'its')}${(access.nkey ?? access.creds) ? ' --name <its name>' : ''}`;
      if (past() === 0) line(`next: hypertide worker ${worker} --study ${study} -- <the command of your program>`);
      return served;
    },
    close: async () => {
      ending = true;
      // Pending messages are sent, unless the server cannot be reached. An engine may end at any moment.
      const parted = Promise.all([...engines].map((engine) => engine.close())).then(() => nc.drain());
      await Promise.race([parted.catch(() => {}), setTimeout(PARTING, undefined, { ref: false })]);
      await nc.close();
    },
    get ending() {
      return ending;
    },
  };
}
