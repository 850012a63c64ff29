import { Subject } from 'rxjs';
import type { Spans } from '../../streams/engine/spans.ts';
import type { Log } from '../../streams/log/log.ts';
import { react } from '../../streams/study/port/entries.ts';
import type { StudyPort } from '../../streams/study/port/port.ts';
import type { Params } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { WatchedStudy } from '../monitoring/studyState.ts';
import type { KeptFiles } from '../server/servedStudies.ts';
import type { Conversation } from '../stores/controlSocket.ts';
import type { Watch } from '../strategy/env.ts';
import { RefusedError, type Submitted } from '../study/commands.ts';
import type { Intent } from '../study/intents.ts';
import type { StudyLog, SubmitOrigin } from '../study/source.ts';
import type { StatusLine } from '../text/statusLine.ts';

/** A study to host, wherever its log and its trainers are. */
export interface HostedAt extends Omit<WatchedStudy, 'state'>, Pick<StudyLog, 'waits' | 'served'> {
  readonly name: string;
  /** Its journal, or the options that reach it, as arguments of a command. */
  readonly place: string;
  /** The path of its journal; undefined if its log is elsewhere. */
  readonly journal?: string | undefined;
  /** Its log, for readers. */
  readonly log: Pick<Log, 'read' | 'head'>;
  /** The files of its trials, if this process can read them. */
  readonly files?: KeptFiles | undefined;
  /** Prints a line about it. */
  readonly line: StatusLine['line'];
  /** Begins what another process that has joined the study asks for. Absent if none can join. */
  readonly converse?: (() => Conversation) | undefined;
}

/** What a log says so far. The ledger is another one after a change of the strategy. */
export type FoldedStudy = Pick<StudyPort, 'ledger' | 'rows'>;

/** A study of this process, as its observers see it. */
export interface Hosted extends HostedAt, WatchedStudy {
  /** Position of the last entry before this process ran the study. */
  past(): number;
  /** Does what a person asks of it. @throws what the study throws */
  submit(intent: Intent, origin?: SubmitOrigin): Promise<Submitted>;
}

/** What observes a study. It has no part in what the strategies of the study decide. */
export interface Observer {
  /** Takes each entry of the log once, after the study has applied it. */
  readonly apply?: ((entry: AppliedEntry<Params>, study: FoldedStudy) => void) | undefined;
  /** Takes what the strategies of the study do. */
  readonly watch?: Watch | undefined;
  /** Traces the study. */
  readonly spans?: Spans | undefined;
  readonly close?: (() => void | Promise<void>) | undefined;
}

/** Begins to observe a study. The order of plugins does not matter. */
export type Plugin = (study: Hosted) => Observer;

/** What runs a study. */
type HostedPort = Pick<StudyPort, keyof FoldedStudy | 'live$' | 'submit'>;

/** A study with its observers. They outlive its engines: the next engine reads the log again, and its entries are observed once. */
export interface Hosting {
  /** Options for each engine of the study. */
  readonly ports: {
    readonly watch: Watch | undefined;
    readonly spans: Spans | undefined;
  };
  /**
   * An engine runs the study now. Called before the engine has read an entry.
   *
   * @param past position of the last entry before this start
   */
  attach(running: HostedPort, past: number): void;
  /** No engine runs it now. */
  detach(): void;
  close(): Promise<void>;
}

/**
 * Hosts a study: every plugin observes it, whatever runs it.
 *
 * @example
 * const past = await log.head();
 * const { ports, attach } = host({ name: 'digits', place: 'digits.jsonl', journal: 'digits.jsonl', log, line }, plugins);
 * const study = new LocalPort(space, log, { ...options, ...ports });
 * attach(study, past);
 */
export function host(study: HostedAt, plugins: readonly Plugin[]): Hosting {
  let running: HostedPort | undefined;
  let begun = 0;
  let position = 0;
  const hosted: Hosted = {
    ...study,
    past: () => begun,
    state: () => (running?.ledger.created ? running : undefined),
    submit: async (intent, origin) => {
      if (running === undefined) throw new RefusedError({ code: 'not-begun', message: 'this process does not run the study now' });
      return running.submit(intent, origin);
    },
  };
  const observers = plugins.map((plugin) => plugin(hosted));
  const live$ = new Subject<AppliedEntry<Params>>();
  for (const { apply } of observers) if (apply) react(live$, (entry) => apply(entry, running!), study.line);
  const watches = observers.flatMap(({ watch }) => watch ?? []);
  const watchAll: Watch = (inspection) => {
    for (const watch of watches) watch(inspection);
  };
  return {
    ports: {
      watch: watches.length > 0 ? watchAll : undefined,
      spans: observers.find(({ spans }) => spans)?.spans,
    },
    attach: (now, past) => {
      if (position === 0) begun = past;
      running = now;
      now.live$.subscribe({
        next: (entry) => {
          if (entry.position <= position) return;
          position = entry.position;
          live$.next(entry);
        },
        error: () => {}, // its end says so
      });
    },
    detach: () => {
      running = undefined;
    },
    close: async () => {
      await Promise.all(observers.map(({ close }) => close?.()));
    },
  };
}
