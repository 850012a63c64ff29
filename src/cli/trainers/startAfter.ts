import type { EndFact } from '../../../streams/evaluate.ts';
import type { ProgramOutcome } from '../runner/outcome.ts';
import type { StartedAttempt } from './trainers.ts';

type Ended = Extract<ProgramOutcome, { readonly type: 'stopped' | 'failed' }>;

const PREEMPTED: Ended = { type: 'failed', reason: 'preempted', message: 'handed back before it began' };

/**
 * Starts an attempt once its files are restored. It can be ended before that.
 *
 * @param prepare begins at once; its signal aborts when the attempt is ended. It may reject only then.
 * @param start starts the program with what was prepared.
 * @param endOf the outcome of the attempt if its program never started.
 */
export function startAfter<T>(
  prepare: (signal: AbortSignal) => Promise<T>,
  start: (prepared: T) => StartedAttempt,
  endOf: (outcome: Ended) => EndFact,
): StartedAttempt {
  const gone = new AbortController();
  let outcome = PREEMPTED;
  let started: StartedAttempt | undefined;
  const prepared = prepare(gone.signal).then(
    (ready) => {
      if (!gone.signal.aborted) started = start(ready);
    },
    () => {},
  );
  const instead = (tell: 'stop' | 'preempt' | 'kill', end: Ended) => () => {
    if (started) return started.process[tell]();
    if (!gone.signal.aborted) outcome = end;
    gone.abort();
  };
  return {
    process: {
      done: prepared.then(() => started?.process.done ?? outcome),
      stop: instead('stop', { type: 'stopped' }),
      preempt: instead('preempt', PREEMPTED),
      kill: instead('kill', PREEMPTED),
    },
    end: prepared.then(() => started?.end ?? endOf(outcome)),
    get about() {
      return started?.about ?? {};
    },
  };
}
