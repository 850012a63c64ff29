import type { NatsConnection } from '@nats-io/nats-core';
import { BehaviorSubject, catchError, EMPTY, type Observable, throwError } from 'rxjs';
import type { Space } from '../../../src/space/space.ts';
import { parseStrategy } from '../../spec/spec.ts';
import { type EarlyOptions, withEarlyStopping } from '../../spec/withEarlyStopping.ts';
import { studyOf } from '../../study/handle.ts';
import { viewed } from '../../study/port/viewed.ts';
import type { Study } from '../../study/study.ts';
import { remoteWithLog } from '../openStudy.ts';
import { subjectsOf } from '../protocol/subjects.ts';
import { type ServedStudy, type ServeStudyOptions, serveStudy } from './serveStudy.ts';

export interface ServeOptions<O extends string = string> extends Omit<ServeStudyOptions, 'onEntry' | 'onLead' | 'spans'>, EarlyOptions {
  /** What is optimised, by name; the first objective decides which trial is best. Default: one objective `value`, minimised. */
  readonly objectives?: Readonly<Record<O, 'minimize' | 'maximize'>> | undefined;
}

/** A study whose engine runs in this process. `close` ends the engine; another one can take over. */
export interface ServedHandle<P, O extends string = string>
  extends Study<P, O>,
    Pick<ServedStudy, 'started' | 'ended' | 'past' | 'stored'>,
    Pick<ServedStudy['port'], 'finished'> {
  /** Whether this engine decides, of several: the one that wrote last. Emits the current answer first. */
  readonly lead$: Observable<boolean>;
}

/**
 * Runs a study on a server: creates its stream and consumer, decides, watches leases, sends stops to trainers, and answers requests. Several engines
 * may serve one study: of two decisions one is stored, and if one engine dies another one takes over. Resolves when the study can be used.
 *
 * @param nc the caller closes it. To survive a restart of the server, it needs settings such as `reconnectOptions`.
 * @throws OptionError for unknown options; StudyError if the server accepts no message as long as the first fact, or if the study is missing and may not
 * begin; MismatchError if the stream belongs to another study. What ends the engine later is in `ended`.
 * @example
 * const study = await serve(await connect(), space, { strategy: tpe(), study: 'digits', trials: 100, parallel: 8 });
 * const { best } = await study.result();
 */
export async function serve<P, O extends string = 'value'>(
  nc: NatsConnection,
  space: Space<P>,
  { strategy: given, epochs, early, ...options }: ServeOptions<O>,
): Promise<ServedHandle<P, O>> {
  const strategy = withEarlyStopping(given, { epochs, early, parseStrategy, ...options }, space);
  const { study: name, warn = console.warn, prefix, domain, apiPrefix } = options;
  const naming = { prefix, domain, apiPrefix };
  const leads$ = new BehaviorSubject(false);
  const engine = await serveStudy(nc, space, { ...options, strategy, onLead: (leads) => leads$.next(leads) });
  const { port, started, ended, past, stored } = engine;
  void ended.then(() => leads$.complete());
  await started;
  const remote = remoteWithLog<P>(nc, subjectsOf(name, naming), port, { ...naming, warn });
  const close = async () => {
    await remote.close();
    await engine.close();
  };
  /** The owner of the connection has closed it: a reader of the entries that handles no error must not end the process. */
  const entries$ = port.entries$.pipe(catchError((error) => (error.code === 'connection-closed' ? EMPTY : throwError(() => error))));
  const study = studyOf<P, O>(Object.assign(viewed(port, { ...remote, close }), { entries$ }));
  return Object.assign(study, { lead$: leads$.asObservable(), started, finished: port.finished, ended, past, stored });
}
