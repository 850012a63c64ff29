import { setTimeout } from 'node:timers/promises';
import type { FailureReason, Values } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { DIVERGED } from '../study/diverged.ts';
import { stripControls } from '../study/plainText.ts';
import { type OutputEvent, type PrintedResult, resultIn } from './structuredLine.ts';

/** How a run of a program ended. `checkpoint` is the last one that it named. */
export type ProgramOutcome =
  | (PrintedResult & { readonly type: 'completed'; readonly checkpoint?: string; readonly seconds: number })
  | { readonly type: 'stopped'; readonly by?: string; readonly step?: number; readonly checkpoint?: string }
  | { readonly type: 'failed'; readonly reason: FailureReason; readonly message: string; readonly checkpoint?: string };

/** What the results of examples give so far. */
export interface ExamplesSoFar {
  readonly count: number;
  readonly means: Values;
}

/** What has been read from a program so far. */
export interface Heard {
  /** The last line that was a result, or would have been. */
  readonly result?: Extract<OutputEvent, { type: 'result' | 'non-finite' | 'infeasible' | 'unclear' }>;
  /** The last line that was a report or a value, or would have been. */
  readonly report?: Extract<OutputEvent, { type: 'report' | 'value' | 'example' | 'non-finite' }>;
  /** How many reports in a row were not finite. */
  readonly lost?: number;
  /** Of the last report that was one, or how many results of examples there are. */
  readonly step?: number;
  readonly examples?: ExamplesSoFar;
  readonly checkpoint?: string;
}

/** Whether training has diverged: nothing that the program prints counts any more. */
export const hasDiverged = ({ lost = 0 }: Heard): boolean => lost >= DIVERGED;

/** Adds a line. */
export function hear(heard: Heard, line: OutputEvent): Heard {
  const checkpoint = 'checkpoint' in line && line.checkpoint !== undefined && { checkpoint: line.checkpoint };
  if (hasDiverged(heard)) return { ...heard, ...checkpoint };
  switch (line.type) {
    case 'report':
      return { ...heard, report: line, lost: 0, step: line.report.step, ...checkpoint };
    case 'value':
      return { ...heard, report: line };
    case 'example': {
      const { count, means } = heard.examples ?? { count: 0, means: {} };
      const next = ([name, value]: [string, number]) => [name, (means[name] ?? 0) + (value - (means[name] ?? 0)) / (count + 1)] as const;
      const examples = { count: count + 1, means: Object.fromEntries(Object.entries(line.result.values).map(next)) };
      return { ...heard, report: line, lost: 0, step: examples.count, examples, ...checkpoint };
    }
    case 'result':
      return { ...heard, result: line, ...checkpoint };
    case 'infeasible':
    case 'unclear':
      return { ...heard, result: line };
    case 'non-finite': {
      if (line.step === undefined && line.example === undefined) return heard.examples ? heard : { ...heard, result: line };
      const lost = (heard.lost ?? 0) + 1;
      const isPassedOver = line.example !== undefined && heard.examples !== undefined && lost < DIVERGED; // the other results have a mean
      return { ...heard, report: isPassedOver ? heard.report! : line, lost };
    }
    case 'checkpoint':
      return { ...heard, ...checkpoint };
    default:
      return heard;
  }
}

/** How a process ended. */
export interface ProcessEnd {
  /** Why the runner ended it, if it did. */
  readonly because?: 'stop' | 'timeout' | 'preempted' | 'non-finite' | 'no-result' | undefined;
  readonly code: number | null;
  readonly signal: string | null;
  /** The last line on its standard error. */
  readonly lastError: string;
  readonly seconds: number;
  /** Its time limit in seconds. */
  readonly timeLimit?: number | undefined;
  /** How a trial that has reported ends at the time limit. */
  readonly atTimeLimit?: 'stop' | 'fail' | undefined;
  /** The name under which it printed the only objective, if that differs. */
  readonly metric?: string | undefined;
  /** Why it has no result, if it has none. */
  readonly noResult: () => string;
}

/**
 * How a run ended. With exit status 0 and a result, it has completed; without a result line, the last report or value is the result. After a stop,
 * the last report is the result, whatever the program prints then; without a report, it is the printed result.
 */
export function outcomeOf(heard: Heard, exit: ProcessEnd): ProgramOutcome {
  const checkpoint = heard.checkpoint !== undefined && { checkpoint: heard.checkpoint };
  const fail = (reason: FailureReason, message: string): ProgramOutcome => ({
    type: 'failed',
    reason,
    message: stripControls(message).slice(0, 4096),
    ...checkpoint,
  });
  const { because, code, seconds, timeLimit } = exit;
  const said = heard.result ?? heard.report;

  if (because === 'timeout' && exit.atTimeLimit === 'stop' && heard.step !== undefined && heard.report?.type !== 'non-finite')
    return { type: 'stopped', by: 'timeLimit', step: heard.step, ...checkpoint };
  if (because === 'timeout') return fail('timeout', `it took longer than its time limit of ${timeLimit} s`);
  if (because === 'preempted') return fail('preempted', 'handed back: hypertide was asked to end');
  if (said?.type === 'unclear') return fail('no-result', said.message);
  const hasResult = code === 0 && heard.result?.type === 'result';
  if (because === 'stop' && (heard.step !== undefined || !hasResult)) {
    return omitUndefined({ type: 'stopped', step: heard.step, ...checkpoint });
  }
  if (heard.report?.type === 'non-finite') return fail('non-finite', heard.report.message);
  if (said?.type === 'infeasible') return fail('infeasible', said.message);
  if (code !== 0) return fail('error', describe(exit));
  if (said === undefined) return fail('no-result', exit.noResult());
  if (said.type === 'non-finite') return fail('non-finite', said.message);
  const result = said.type === 'example' ? { values: heard.examples!.means } : resultIn(said)!;
  return omitUndefined({ type: 'completed', ...result, metric: exit.metric, ...checkpoint, seconds });
}

const describe = ({ code, signal, lastError }: ProcessEnd): string =>
  `${signal === null ? `exited with code ${code}` : `killed by ${signal}`}${lastError && `: ${lastError.trim()}`}`;

/** Milliseconds to wait for the signal to this process, after one of its programs got it. A busy machine takes long. */
const MOMENT = 2000;

/**
 * Detects whether a program ended because its runner is asked to end too. A scheduler such as Slurm signals all processes of a task at once, so
 * the program may be gone before its runner handles the signal.
 */
export function sameSignal() {
  const asked = new AbortController();
  return {
    /** Call this when this process is asked to end. */
    ask: () => asked.abort(),
    /** Waits a moment if a signal ended the program. @returns whether this process was asked as well */
    async hasEnded(code: number | null, signal: string | null): Promise<boolean> {
      if (!isEndedBySignal(code, signal)) return false;
      await setTimeout(MOMENT, undefined, { signal: asked.signal }).catch(() => {});
      return asked.signal.aborted;
    },
  };
}

/** Whether a program was asked to end and did. A shell adds 128 to the number of the signal. */
const isEndedBySignal = (code: number | null, signal: string | null): boolean =>
  ['SIGHUP', 'SIGINT', 'SIGTERM'].includes(signal ?? '') || [129, 130, 143].includes(code ?? 0);
