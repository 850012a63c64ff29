import { setTimeout as sleep } from 'node:timers/promises';
import type { EarlierStudy } from '../../../streams/engine/earlier.ts';
import { past } from '../../../streams/log/past.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { type StudyNaming, type Subjects, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { type ServedStudy, serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { StudyError } from '../../errors.ts';
import type { NamedStudy } from '../../studyFile/earlier.ts';
import type { StudyFile } from '../../studyFile/studyFile.ts';
import { type Observed, observed, type ServingOptions } from './observed.ts';
import { reaching } from './reaching.ts';
import { type Supervised, supervise } from './supervise.ts';

/** A study to serve: from its file, or from its log. */
export type Served = Pick<StudyFile, 'space' | 'strategy' | 'options'>;

/** Describes a study before each start. @param signal aborts when this process ends */
export type Describe = (signal: AbortSignal) => Promise<Served>;

/** What has become of a study. Closed: it may be reopened. */
export type Outcome = Supervised['is'] | 'closed';

/** The studies that this process serves. */
export interface Serving {
  /** Begins or resumes a study. Resolves once it is served. @throws what prevents that */
  begin(study: Served): Promise<ServedStudy>;
  /**
   * Keeps a study served: when its engine ends with an error, it is started again.
   *
   * @param hear called with each change.
   * @param running an engine that serves it already.
   * @param read called when an engine has read its log; the next study begins when that is done.
   */
  attend(
    study: string,
    describe: Describe,
    hear: (outcome: Outcome) => void,
    running?: ServedStudy,
    read?: () => Promise<void>,
  ): Promise<void>;
  /** The engine of a study. */
  engineOf(study: string): ServedStudy | undefined;
  /** Ends the engine of a study, and shows the study no longer. */
  unload(study: string): Promise<void>;
  /** Shows a study no longer, since it could not be begun. */
  forget(study: string): void;
  /** Shows none any more: they are served elsewhere, or over another connection. */
  forgetAll(): void;
  /** Ends all engines. */
  close(): Promise<void>;
}

/** Milliseconds to wait for the end of an engine. */
const PARTING_MS = 2000;
/** The number of logs that are read at a time: the first studies are served soon, and the others need no memory yet. */
const STARTING = 8;
/** Milliseconds after which the others no longer wait for the start of a study. */
const PATIENCE_MS = 5000;
/** Milliseconds between two checks whether a study has been restored. */
const RESTORING = 1000;

export function serving(options: ServingOptions): Serving {
  const { nc, nats, naming, access, settings } = options;
  const engines = new Map<string, ServedStudy>();
  const studies = new Map<string, Observed>();
  const ending = new AbortController();
  /** Whether it has said how to start a worker: it is the same command for each study. */
  let hasSaid = false;
  const startsIn = turnstile(STARTING);

  const observe = (study: string): Observed => {
    const known = studies.get(study) ?? observed(options, study);
    studies.set(study, known);
    return known;
  };
  const forget = (study: string) => {
    studies.get(study)?.forget();
    studies.delete(study);
  };
  const begin: Serving['begin'] = async ({ space, strategy, options: described }) => {
    const { study } = described;
    const { line, warn, ports, onLead, room, served, ended, hasBegun } = observe(study);
    const engine = await serveStudy(nc, space, {
      strategy,
      ...described,
      earlier: earlierOnServer(nc, naming, described.earlier),
      ...settings,
      ...naming,
      create: !hasBegun,
      ...ports,
      onLead,
      room,
      warn,
    });
    served(engine);
    engines.set(study, engine);
    void engine.ended.then(() => {
      if (engines.get(study) === engine) engines.delete(study);
      ended();
    });
    line(engine.past > 0 ? 'resumed' : 'started');
    const worker = `${reaching(nats, study, access, 'its')}${(access.nkey ?? access.creds) ? ' --name <its name>' : ''}`;
    if (engine.past === 0 && !hasSaid) line(`next: hypertide worker ${worker} -- <the command of your program>`);
    hasSaid ||= engine.past === 0;
    return engine;
  };
  /** Begins a study, also one that is being restored. */
  const start = async (describe: Describe): Promise<ServedStudy> => {
    for (;;) {
      try {
        return await begin(await describe(ending.signal));
      } catch (error) {
        if (!(error instanceof StudyError && error.code === 'restoring') || ending.signal.aborted) throw error;
        await sleep(RESTORING, undefined, { ref: false });
      }
    }
  };
  /** The same, of only a few studies at a time. */
  const startInTurn = (describe: Describe, read: () => Promise<void>): Promise<ServedStudy> =>
    new Promise((resolve, reject) => {
      void startsIn(async () => {
        const starting = start(describe);
        starting.then(resolve, reject);
        const started = starting.then((engine) => engine.started).then(read, () => {}); // its supervisor learns of it
        await Promise.race([started, sleep(PATIENCE_MS, undefined, { ref: false })]);
      });
    });
  return {
    begin,
    forget,
    forgetAll: () => {
      for (const study of [...studies.keys()]) forget(study);
    },
    engineOf: (study) => engines.get(study),
    unload: async (study) => {
      await engines.get(study)?.close();
      forget(study);
    },
    attend: async (study, describe, hear, running, read = async () => {}) => {
      const { supervised, closed } = observe(study);
      let next = running;
      const begin = async () => {
        const engine = next ?? (await startInTurn(describe, read));
        next = undefined;
        const close = () => {
          if (ending.signal.aborted) return;
          closed();
          hear('closed');
        };
        engine.port.finished.then(close, () => {}); // its end says why
        return engine;
      };
      const note = (now: Supervised) => {
        supervised(now);
        if (now.is === 'deleted') forget(study);
        hear(now.is);
      };
      await supervise({ begin, hear: note, signal: ending.signal });
    },
    close: async () => {
      ending.abort();
      // Pending messages are sent, unless the server cannot be reached. An engine may end at any moment.
      const parted = Promise.all([...engines.values()].map((engine) => engine.close())).then(() => nc.drain());
      await Promise.race([parted.catch(() => {}), sleep(PARTING_MS, undefined, { ref: false })]);
      await nc.close();
    },
  };
}

/** Runs a limited number of actions at a time. The others wait in order. */
export function turnstile(count: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (free > 0) free--;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

type NatsConnection = Parameters<typeof readLog>[0];

/** Earlier studies. Those on the server of the new study are read through its connection. */
const earlierOnServer = (
  nc: NatsConnection,
  naming: StudyNaming | undefined,
  earlier: readonly NamedStudy[] | undefined,
): readonly EarlierStudy[] | undefined =>
  earlier?.map((study) => (study.onServer === undefined ? study : entriesOn(nc, subjectsOf(study.onServer, naming))));

const entriesOn = (nc: NatsConnection, study: Subjects): EarlierStudy => ({
  async *[Symbol.asyncIterator]() {
    yield* past(await readLog(nc, study), 1);
  },
});
