import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdAfter } from '../../../../streams/engine/earlier.ts';
import { callAfter } from '../../../../streams/engine/timeout.ts';
import { stopsTrials } from '../../../../streams/spec/defaults.ts';
import { objectivesOf } from '../../../../streams/spec/options.ts';
import type { Created } from '../../../facts/facts.ts';
import { rngFor } from '../../../numeric/random.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { shellQuoted } from '../../../study/programArguments.ts';
import { commandOf, metricFileOf, notPassed } from '../../runner/command.ts';
import { fillingOf, type Job } from '../../runner/job.ts';
import type { ProgramOutcome } from '../../runner/outcome.ts';
import type { PrintedReport } from '../../runner/parseOutput.ts';
import { type ProcessOptions, startProcess } from '../../runner/process.ts';
import { fillTemplate } from '../../runner/template.ts';
import { readStudyFile, type StudyFile } from '../../studyFile/studyFile.ts';
import { suggestNext } from '../../terminal/output.ts';
import { escapeControls } from '../../terminal/plainText.ts';
import { listeningFor, withMetric } from '../../trainers/metric.ts';
import { savedIn } from '../../trainers/trainers.ts';

interface CheckOptions {
  readonly metric?: string;
  /** The path of the file to which the program writes its metrics. */
  readonly metricFile?: string;
  /** Seconds that each of the two runs may take. */
  readonly seconds?: number;
}

/** Steps that the first run may train for; a program that reports more does not keep to its budget. */
const BUDGET = 2;

/** Seconds that each of the two runs may take. */
const SECONDS = 60;
/** Lines of its output that are shown if no value was read. */
const LINES = 3;

/** The observations of a run of the program. */
interface Seen {
  readonly outcome: ProgramOutcome;
  readonly reports: readonly PrintedReport[];
  readonly warnings: readonly string[];
  /** Seconds from SIGTERM to the end; undefined if the program ended by itself. */
  readonly parting?: number;
}

/** `hypertide check`. Resolves with the exit status. */
export async function checkProgram(path: string, words: readonly string[], options: CheckOptions): Promise<number> {
  const file = await readStudyFile(path);
  const created = await createdAfter(file.space, file.strategy, file.options);
  const { earlier } = created;
  const command = commandOf(words.length > 0 ? words : file.command, file.space);
  const metricFile = metricFileOf(options.metricFile ?? file.metricFile, file.space, file.options.parallel ?? 1);
  const trainer = { command, metricFile };
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-check-'));
  try {
    const job = jobIn(directory, file);
    const first = await observe(job, trainer, file, options, (reports) => reports.at(-1)!.step > BUDGET);
    const kept = savedIn(job.paths.checkpoints) ?? first.outcome.checkpoint;
    const again = { ...job, attempt: 2, budget: 2 * BUDGET, ...omitUndefined({ checkpoint: kept }) };
    const second = first.reports.length === 0 ? undefined : await observe(again, trainer, file, options, () => true);
    const missing = notPassed(command, file.space);
    const rows = [
      ['command', fillTemplate(command, fillingOf(job)).join(' ')],
      ...(missing === undefined ? [] : [['not passed', missing]]),
      ['value', valueIn(first, options)],
      ...naming(first, file, path),
      ...(isHeard(first) ? [] : endOf(job.paths.log).map((line, i) => [i === 0 ? 'printed' : '', line])),
      ...(metricFile ? [['read from', fillTemplate(metricFile, fillingOf(job))[0]!]] : []),
      ['steps', stepsOf(first)],
      ['budget', budgetOf(first)],
      ['SIGTERM', partingOf(first.parting === undefined ? second : first, file)],
      ['resume', resumeOf(second, kept)],
      ['early stopping', adviceOn(first, second, kept, stopsTrials(created.strategy, created.decisions), path)],
      ...(earlier ? [['earlier', earlierText(earlier)]] : []),
    ];
    const width = Math.max(...rows.map(([name]) => name!.length)) + 2;
    for (const [name, text] of rows) process.stdout.write(`${name!.padEnd(width)}${text}\n`);
    for (const warning of new Set([...first.warnings, ...(second?.warnings ?? [])])) process.stderr.write(`${warning}\n`);
    if (!isHeard(first)) return 1;
    suggestNext(`hypertide run ${[path, ...(words.length > 0 ? ['--', ...words] : [])].map(shellQuoted).join(' ')}`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The line about configurations from earlier studies. */
function earlierText({ studies, configurations }: NonNullable<Created['earlier']>): string {
  const from = studies.map(({ study, results }) => `${study} (${results} results)`).join(', ');
  return `${configurations.length} configurations to try first, by ${from}`;
}

function jobIn(directory: string, { space, options: { study, seed = 0 } }: StudyFile): Job {
  return {
    study,
    trial: 1,
    attempt: 1,
    slot: 0,
    params: space.complete({}, rngFor(String(seed), 'check', 1)),
    budget: BUDGET,
    paths: { params: join(directory, 'params.json'), checkpoints: join(directory, 'checkpoints'), log: join(directory, 'output.log') },
  };
}

/** Runs the program until it ends, reaches its time limit, or has reported enough. */
async function observe(
  job: Job,
  trainer: Pick<ProcessOptions, 'command' | 'metricFile'>,
  file: StudyFile,
  { metric, seconds = SECONDS }: CheckOptions,
  enough: (reports: readonly PrintedReport[]) => boolean,
): Promise<Seen> {
  const reports: PrintedReport[] = [];
  const warnings: string[] = [];
  let asked: number | undefined;
  const running = startProcess(job, {
    ...trainer,
    ...listeningFor({ objectives: objectivesOf(withMetric(file.options, metric)) }),
    grace: file.grace,
    result: file.result,
    onWarning: (message) => warnings.push(message),
    onReport: (report) => {
      reports.push(report);
      if (enough(reports)) ask();
    },
  });
  const ask = () => {
    asked ??= performance.now();
    running.stop();
  };
  const cancel = callAfter(seconds, ask);
  const outcome = await running.done;
  cancel();
  return omitUndefined({ outcome, reports, warnings, parting: asked === undefined ? undefined : (performance.now() - asked) / 1000 });
}

const isHeard = ({ outcome, reports }: Seen): boolean => outcome.type === 'completed' || reports.length > 0;
const keepsBudget = ({ outcome, reports }: Seen): boolean => outcome.type === 'completed' && reports.at(-1)?.step === BUDGET;
const resumes = (second: Seen | undefined): boolean => (second?.reports[0]?.step ?? 0) > BUDGET;

function valueIn({ outcome, reports }: Seen, { metric: given = 'loss', seconds = SECONDS }: CheckOptions): string {
  const values = outcome.type === 'completed' ? outcome.values : reports.at(-1)?.values;
  if (values === undefined && outcome.type === 'failed') return `not read: ${outcome.message}`;
  if (values === undefined)
    return `not read within ${seconds} s; print a line such as "epoch=3 ${given}=0.41" after each epoch, or allow more time with --seconds`;
  const metric = outcome.type === 'completed' ? outcome.metric : reports[0]?.metric;
  return Object.entries(values)
    .map(([name, value]) => `${metric ?? name} = ${value}${metric === undefined ? '' : ` (printed as ${metric}, used as ${name})`}`)
    .join(', ');
}

/** The last lines that a program printed. */
function endOf(log: string): readonly string[] {
  const lines = readFileSync(log, 'utf8')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(-LINES);
  return lines.length === 0 ? ['nothing'] : lines.map((line) => escapeControls(line).slice(0, 120));
}

function stepsOf(seen: Seen): string {
  const { reports } = seen;
  if (!isHeard(seen)) return 'unknown, as no value was read';
  return reports.length === 0
    ? 'none reported; print a line such as "epoch=3 loss=0.41" after each epoch'
    : reports.map(({ step }) => step).join(', ');
}

function budgetOf(first: Seen): string {
  if (first.reports.length === 0) return 'unknown, as no step was reported';
  if (keepsBudget(first)) return `kept: it ended after step ${BUDGET} of ${BUDGET}`;
  return first.outcome.type === 'completed'
    ? `unknown: it ended by itself after step ${first.reports.at(-1)!.step}, with a budget of ${BUDGET}`
    : `not used: it continued after step ${BUDGET}; that is fine, unless trials are to pause: then pass {budget} to it`;
}

function partingOf(seen: Seen | undefined, { grace = 10 }: StudyFile): string {
  if (seen?.parting === undefined) return 'not tried, as the program ended first';
  return seen.parting >= grace ? `ignored: it was killed after ${grace} s` : `obeyed: it ended within ${seen.parting.toFixed(1)} s`;
}

function resumeOf(second: Seen | undefined, kept: string | undefined): string {
  if (kept === undefined) return 'not possible: it saved no checkpoint in HYPERTIDE_CHECKPOINT_DIR, and printed no path to one';
  const step = second?.reports[0]?.step;
  if (step === undefined) return 'unknown, as no step was reported';
  return resumes(second)
    ? `yes: the second run began with step ${step}`
    : `no: the second run began with step ${step}, despite its checkpoint`;
}

function adviceOn(first: Seen, second: Seen | undefined, kept: string | undefined, isOn: boolean, path: string): string {
  if (first.reports.length === 0) return 'not possible without steps';
  const now = isOn
    ? 'on: trials that fall behind are stopped'
    : `possible, but off: to turn it on, write the steps of a whole trial in ${path}, such as "epochs: 20"`;
  const canPause = keepsBudget(first) && kept !== undefined && resumes(second);
  return canPause ? `${now}; with "resumes: true", trials pause instead, and the best are resumed` : now;
}

/** How the value gets the name that the program prints: only a new study can take it. */
function naming({ outcome, reports }: Seen, { options: { objectives } }: StudyFile, path: string): [string, string][] {
  const metric = outcome.type === 'completed' ? outcome.metric : reports[0]?.metric;
  const [[name, direction] = ['value', 'minimize'], ...others] = Object.entries(objectives ?? {});
  if (metric === undefined || name !== 'value' || others.length > 0) return [];
  return [['name', `to call it ${metric} in all tables, write "objective: ${direction} ${metric}" in ${path} before the first run`]];
}
