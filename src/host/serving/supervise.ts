import { isForbidden, isPassing } from '../../../streams/nats/connection/retry.ts';
import { StalledError, StrategyError, StudyError, UserError } from '../../errors.ts';

/** Milliseconds of service after which earlier failures of a study no longer count. */
const SERVICE_MS = 60_000;
/** The number of starts in a row without that service after which a study has failed. */
const TRIES = 10;
/** Milliseconds until the next start: after the first error, and at most. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** The same for a study that has failed. */
export const FAILED_MS = 600_000;

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
  const tries = meaning === 'lasting' ? TRIES : served >= SERVICE_MS ? 0 : Math.min(before + 1, TRIES);
  const hasFailed = tries === TRIES;
  const pause = hasFailed ? FAILED_MS : Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1), LONGEST_PAUSE_MS);
  return { tries, hasFailed, pause };
}
