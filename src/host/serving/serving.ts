import { setTimeout as sleep } from 'node:timers/promises';
import { mergeMap, Subject } from 'rxjs';
import type { EarlierStudy } from '../../../streams/engine/earlier.ts';
import { past } from '../../../streams/log/past.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { type StudyNaming, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { type ServedStudy, serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { aborted } from '../../../streams/promises.ts';
import { StudyError } from '../../errors.ts';
import type { NamedStudy } from '../../studyFile/earlier.ts';
import type { StudyFile } from '../../studyFile/studyFile.ts';
import { reaching } from './reaching.ts';
import { type ServedHere, type ServingOptions, type StartEngine, servedHere } from './served.ts';

/** A study to serve: from its file, or from its log. */
export type Served = Pick<StudyFile, 'space' | 'strategy' | 'options'>;

/** Describes a study before each start. @param signal aborts when it should not start any more */
export type Describe = (signal: AbortSignal) => Promise<Served>;

/** The studies that this process serves. */
export interface Serving {
  /** A study that it knows. */
  of(study: string): ServedHere | undefined;
  /** The same, absent if it was unknown. @param read called when an engine has read the log; the next study starts when that is done */
  study(study: string, describe: Describe, read?: (life: ServedHere) => Promise<void>): ServedHere;
  readonly all: readonly ServedHere[];
  /** Ends all engines, and closes the connection. */
  close(): Promise<void>;
}

/** Milliseconds to wait for the end of an engine. */
const PARTING_MS = 2000;
/** The number of logs that are read at a time: the first studies are served soon, and the others need no memory yet. */
const STARTING = 8;
/** Milliseconds after which the others no longer wait for the start of a study. */
const PATIENCE_MS = 5000;
/** Milliseconds between two checks whether a study has been restored. */
const RESTORING_MS = 1000;

/** @param serve starts an engine */
export function serving(options: ServingOptions, serve: typeof serveStudy = serveStudy): Serving {
  const { nc, nats, naming, access, settings } = options;
  const studies = new Map<string, ServedHere>();
  const starts$ = new Subject<() => Promise<unknown>>();
  starts$.pipe(mergeMap((begin) => begin(), STARTING)).subscribe();
  /** Whether it has said how to start a worker: it is the same command for each study. */
  let hasSaid = false;

  const engineOf = async (study: string, describe: Describe, ...[given, take, signal]: Parameters<StartEngine>) => {
    signal.throwIfAborted();
    const { space, strategy, options: described } = await describe(signal);
    const earlier = earlierOnServer(nc, naming, described.earlier);
    const engine = await serve(nc, space, { strategy, ...described, earlier, ...settings, ...naming, ...given });
    if (signal.aborted) await engine.close();
    signal.throwIfAborted();
    take(engine);
    if (engine.past === 0 && !hasSaid) {
      hasSaid = true;
      const worker = `${reaching(nats, study, access, 'its')}${(access.nkey ?? access.creds) ? ' --name <its name>' : ''}`;
      studies.get(study)!.line(`next: hypertide worker ${worker} -- <the command of your program>`);
    }
    return engine;
  };
  /** Starts an engine, also of a study that is being restored. */
  const startNow = async (...of: Parameters<typeof engineOf>): Promise<ServedStudy> => {
    for (;;) {
      try {
        return await engineOf(...of);
      } catch (error) {
        if (!(error instanceof StudyError && error.code === 'restoring') || of[4].aborted) throw error;
        await sleep(RESTORING_MS, undefined, { ref: false });
      }
    }
  };
  /** The same, of only a few studies at a time. */
  const startInTurn = (read: () => Promise<void>, ...of: Parameters<typeof engineOf>): Promise<ServedStudy> =>
    new Promise((resolve, reject) => {
      starts$.next(() => {
        const starting = startNow(...of);
        starting.then(resolve, reject);
        const isRead = starting.then(() => aborted(of[4])).then(read);
        return Promise.race([isRead.catch(() => {}), sleep(PATIENCE_MS, undefined, { ref: false })]); // `reject` has the error
      });
    });
  return {
    of: (study) => studies.get(study),
    get all() {
      return [...studies.values()];
    },
    study: (study, describe, read = async () => {}) => {
      const known = studies.get(study);
      if (known) return known;
      const life = servedHere(options, study, (...of) =>
        life.phase() === 'creating' ? startNow(study, describe, ...of) : startInTurn(() => read(life), study, describe, ...of),
      );
      studies.set(study, life);
      life.phases$.subscribe({ complete: () => studies.delete(study) });
      return life;
    },
    close: async () => {
      // Pending messages are sent, unless the server cannot be reached. An engine may end at any moment.
      const parted = Promise.all([...studies.values()].map((life) => life.close())).then(() => nc.drain());
      await Promise.race([parted.catch(() => {}), sleep(PARTING_MS, undefined, { ref: false })]);
      await nc.close();
    },
  };
}

/** Earlier studies. Those on the server of the new study are read through its connection. */
const earlierOnServer = (nc: ServingOptions['nc'], naming: StudyNaming | undefined, earlier: readonly NamedStudy[] | undefined) =>
  earlier?.map((study): EarlierStudy => {
    if (study.onServer === undefined) return study;
    const subjects = subjectsOf(study.onServer, naming);
    return {
      async *[Symbol.asyncIterator]() {
        yield* past(await readLog(nc, subjects), 1);
      },
    };
  });
