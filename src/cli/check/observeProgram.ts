import { readFileSync } from 'node:fs';
import { callAfter } from '../../../streams/engine/timeout.ts';
import type { Created, ObjectiveSpec } from '../../facts/facts.ts';
import { listeningFor } from '../../host/metric.ts';
import type { StepCount } from '../../ledger/stepCount.ts';
import { metricRows } from '../../programs/metricRows.ts';
import type { ProgramOutcome } from '../../programs/outcome.ts';
import { type OutputReader, outputReader, splitLines } from '../../programs/outputReader.ts';
import { fillingOf, type TrialRun } from '../../programs/programRun.ts';
import type { ProposedObjective } from '../../programs/resultName.ts';
import { type ProgramOptions, startProgram } from '../../programs/startProgram.ts';
import type { PrintedReport } from '../../programs/structuredLine.ts';
import { fillTemplate } from '../../programs/template.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';

/** A program to run, and what to read from it. */
export interface TriedProgram extends Pick<ProgramOptions, 'command' | 'metricFile' | 'grace' | 'result'> {
  readonly objectives: readonly ObjectiveSpec[];
  readonly examples?: Created['examples'] | undefined;
  /** Seconds that a run may take. */
  readonly seconds: number;
}

/** The observations of a run of the program. */
export interface CheckedRun {
  readonly outcome: ProgramOutcome;
  /** With the step that is done. The result of an example is a report of the means so far. */
  readonly reports: readonly PrintedReport[];
  /** The places of the examples that it was evaluated on. */
  readonly examples: readonly number[];
  readonly warnings: readonly string[];
  /** Seconds from SIGTERM to the end; undefined if the program ended by itself. */
  readonly parting?: number;
  /** The value that the objective could name. */
  readonly proposal?: ProposedObjective;
  /** How many steps the program says that it trains for. */
  readonly total?: number;
}

/** Runs the program until it ends, reaches its time limit, or has reported enough. @param count what earlier runs showed about its steps */
export async function observe(
  job: TrialRun,
  program: TriedProgram,
  count: StepCount,
  enough: (reports: readonly PrintedReport[]) => boolean,
): Promise<CheckedRun> {
  const { objectives, examples, seconds, ...options } = program;
  const listening = listeningFor({ objectives, examples });
  const reports: PrintedReport[] = [];
  const evaluated: number[] = [];
  const warnings: string[] = [];
  let asked: number | undefined;
  const running = startProgram(job, {
    ...options,
    ...listening,
    onWarning: (message) => warnings.push(message),
    onReport: (report) => take({ ...report, step: count.take(report.step, undefined) }),
    onExample: ({ example, metric }, soFar) => {
      evaluated.push(example);
      take(omitUndefined({ step: soFar.count, values: soFar.means, metric }));
    },
  });
  const take = (report: PrintedReport) => {
    reports.push(report);
    if (enough(reports)) ask();
  };
  const ask = () => {
    asked ??= performance.now();
    running.stop();
  };
  const cancel = callAfter(seconds, ask);
  const outcome = await running.done;
  cancel();
  // A file of metrics may show that it has reported enough only when it has ended.
  const parting = asked === undefined || outcome.type === 'completed' ? undefined : (performance.now() - asked) / 1000;
  const reader = outputReader({ ...listening, parameters: Object.keys(job.params) });
  readAgain(reader, job, program);
  return omitUndefined({ outcome, reports, examples: evaluated, warnings, parting, proposal: reader.proposal(), total: reader.total });
}

/** Lets a reader read all that a program has written. */
function readAgain(reader: OutputReader, job: TrialRun, { metricFile }: TriedProgram): void {
  if (metricFile !== undefined) return readMetrics(reader, fillTemplate(metricFile, fillingOf(job))[0]!);
  const lines = splitLines((text, redrawn) => void reader.line(text, redrawn));
  lines.push(readFileSync(job.paths.log));
  lines.end();
}

/** Lets a reader read a file of metrics, if there is one. */
export function readMetrics(reader: OutputReader, path: string): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  for (const { line, unfinished } of metricRows(text)) reader.line(line, unfinished);
}

/** Whether a value was read. */
export const isHeard = ({ outcome, reports }: CheckedRun): boolean => outcome.type === 'completed' || reports.length > 0;

/** The values that were read last. */
export const valuesIn = ({ outcome, reports }: CheckedRun) => (outcome.type === 'completed' ? outcome.values : reports.at(-1)?.values);
