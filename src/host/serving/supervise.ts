import { firstValueFrom, fromEvent, merge, timer } from 'rxjs';
import { isForbidden, isPassing } from '../../../streams/nats/connection/retry.ts';
import type { ServedStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { StalledError, StrategyError, StudyError, UserError } from '../../errors.ts';

/** Milliseconds of service after which earlier failures of a study no longer count. */
const SERVICE = 60_000;
/** The number of starts in a row without that service after which a study has failed. */
const TRIES = 10;
/** Milliseconds until the next start: after the first error, and at most. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** The same for a study that has failed. */
export const FAILED = 600_000;

/** What an error means: the study was deleted; it fails until a person corrects something; or another start may succeed. */
export type ErrorKind = 'deleted' | 'lasting' | 'unexpected';

/**
 * The meaning of the error that ended an engine. A strategy would answer in the same way again, and a log that is of another study or may not be read
 * stays so. All else may come from the server, the network or the process.
 */
export function errorKind(error: unknown): ErrorKind {
  if (error instanceof StudyError && error.code === 'gone') return 'deleted';
  if (error instanceof StrategyError || error instanceof StalledError || isForbidden(error)) return 'lasting';
  return error instanceof UserError && !isPassing(error.cause) ? 'lasting' : 'unexpected';
}

/** What follows after an engine has ended with an error. */
export interface NextStart {
  /** Starts in a row without a minute of service. */
  readonly tries: number;
  readonly hasFailed: boolean;
  /** Milliseconds until the next start. */
  readonly pause: number;
}

/**
 * What follows after an engine has ended with an error.
 *
 * @param before starts in a row without a minute of service, before this one.
 * @param served milliseconds of service.
 */
export function nextStart(before: number, served: number, meaning: Exclude<ErrorKind, 'deleted'>): NextStart {
  const tries = meaning === 'lasting' ? TRIES : served >= SERVICE ? 0 : Math.min(before + 1, TRIES);
  const hasFailed = tries === TRIES;
  const pause = hasFailed ? FAILED : Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1), LONGEST_PAUSE_MS);
  return { tries, hasFailed, pause };
}

/** What has become of a supervised study. */
export type Supervised =
  | { readonly is: 'serving' }
  | { readonly is: 'restarting'; readonly error: unknown; readonly pause: number }
  | { readonly is: 'failed' | 'deleted'; readonly error: unknown };

export interface Supervision {
  /** Starts an engine. */
  readonly begin: () => Promise<Pick<ServedStudy, 'started' | 'ended'>>;
  /** Called at each change, and for each start that fails. */
  readonly hear: (now: Supervised) => void;
  /** Aborts when no engine should be started any more. */
  readonly signal: AbortSignal;
}

/**
 * Keeps a study served: when its engine ends with an error, it is started again from the log. Resolves when an engine was closed, the study was deleted, or the
 * signal has aborted.
 */
export async function supervise({ begin, hear, signal }: Supervision): Promise<void> {
  let tries = 0;
  while (!signal.aborted) {
    let since = Number.POSITIVE_INFINITY;
    const error = await untilEnd(begin, () => {
      since = performance.now();
      hear({ is: 'serving' });
    });
    if (error === undefined || signal.aborted) return;
    const meaning = errorKind(error);
    if (meaning === 'deleted') return hear({ is: 'deleted', error });
    const next = nextStart(tries, performance.now() - since, meaning);
    hear(next.hasFailed ? { is: 'failed', error } : { is: 'restarting', error, pause: next.pause });
    tries = next.tries;
    await firstValueFrom(merge(timer(next.pause), fromEvent(signal, 'abort')));
  }
}

/** Runs an engine until it ends. Resolves with its error, or with undefined if it was closed. */
async function untilEnd(begin: Supervision['begin'], started: () => void): Promise<unknown> {
  try {
    const engine = await begin();
    engine.started.then(started, () => {}); // it ends with the error
    return await engine.ended;
  } catch (error) {
    return error;
  }
}
