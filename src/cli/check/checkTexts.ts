import { readFileSync } from 'node:fs';
import type { Created } from '../../facts/facts.ts';
import { WHAT_TO_CHECK } from '../../insight/constantResults.ts';
import { type Examples, exampleAt } from '../../programs/exampleReader.ts';
import { escapeControls } from '../../study/plainText.ts';
import { type CheckedRun, isHeard, valuesIn } from './observeProgram.ts';

/** Steps that the first run may train for; a program that reports more does not keep to its budget. */
export const CHECK_BUDGET = 2;
/** Lines of its output that are shown if no value was read. */
const LINES = 3;
/** Seconds between SIGTERM and SIGKILL. */
const GRACE = 10;

/** Whether the program ended by itself at its budget. */
const keepsBudget = ({ outcome, reports }: CheckedRun): boolean => outcome.type === 'completed' && reports.at(-1)?.step === CHECK_BUDGET;
const resumes = (second: CheckedRun | undefined): boolean => (second?.reports[0]?.step ?? 0) > CHECK_BUDGET;

/** The name under which the program prints the only objective, if it differs. */
export const printedName = ({ outcome, reports }: CheckedRun): string | undefined =>
  outcome.type === 'completed' ? outcome.metric : reports[0]?.metric;

/** @param given the name that a program without a value could print */
export function readValueText(seen: CheckedRun, seconds: number, given = 'loss'): string {
  const values = valuesIn(seen);
  if (values === undefined && seen.outcome.type === 'failed') return `not read: ${seen.outcome.message}`;
  if (values === undefined)
    return `not read within ${seconds} s; print a line such as "epoch=3 ${given}=0.41" after each epoch, or allow more time with --seconds`;
  const metric = printedName(seen);
  return Object.entries(values)
    .map(([name, value]) => `${metric ?? name} = ${value}${metric === undefined ? '' : ` (printed as ${metric}, used as ${name})`}`)
    .join(', ');
}

/** The last lines that a program printed. */
export function lastLines(log: string): readonly string[] {
  const lines = readFileSync(log, 'utf8')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(-LINES);
  return lines.length === 0 ? ['nothing'] : lines.map((line) => escapeControls(line).slice(0, 120));
}

export function stepsText(seen: CheckedRun): string {
  const { reports } = seen;
  if (!isHeard(seen)) return 'unknown, as no value was read';
  return reports.length === 0
    ? 'none reported; print a line such as "epoch=3 loss=0.41" after each epoch'
    : reports.map(({ step }) => step).join(', ');
}

export function budgetText(first: CheckedRun): string {
  if (first.reports.length === 0) return 'unknown, as no step was reported';
  if (keepsBudget(first)) return `kept: it ended after step ${CHECK_BUDGET} of ${CHECK_BUDGET}`;
  return first.outcome.type === 'completed'
    ? `unknown: it ended by itself after step ${first.reports.at(-1)!.step}, with a budget of ${CHECK_BUDGET}`
    : `not used: it continued after step ${CHECK_BUDGET}; that is fine, unless trials are to pause: then pass {budget} to it`;
}

/** Whether the program evaluates the examples that it is asked for. @param named those of the study; it is asked for the first ones. @param objective its name */
export function examplesText({ examples, outcome }: CheckedRun, named: Examples, objective: string): string {
  const asked = Math.min(CHECK_BUDGET, typeof named === 'number' ? named : named.length);
  const list = (places: readonly number[]) =>
    places
      .slice(0, 3)
      .map((place) => exampleAt(named, place))
      .join(', ');
  if (examples.length === 0)
    return `none; print a line such as "example=${exampleAt(named, 0)} ${objective === 'value' ? 'loss' : objective}=0.41" for each example`;
  if (examples.every((place) => place < asked))
    return `${outcome.type === 'completed' && new Set(examples).size === asked ? 'as asked for' : 'only some of those asked for'}: ${list(examples)}`;
  return `others than asked for, such as ${list(examples.filter((place) => place >= asked))}: they count, but it saves time to evaluate only those in the file that {examples} and HYPERTIDE_EXAMPLES_FILE name, in this order`;
}

/** Whether the value depends on the parameters. @param other a run with a distant configuration; undefined if there is none */
export function changesText(first: CheckedRun, other: CheckedRun | undefined): string {
  if (!isHeard(first)) return 'unknown, as no value was read';
  if (other === undefined) return 'not tried, as there is no other configuration';
  if (!isHeard(other)) return `unknown, as another configuration has no value: ${readValueText(other, 0)}`;
  const areWhole = [first, other].every(({ outcome, examples }) => outcome.type === 'completed' && examples.length === 0);
  const step = areWhole ? undefined : first.reports.findLast((report) => other.reports.some((same) => same.step === report.step))?.step;
  const [one, two] = [first, other].map((seen) => seen.reports.find((report) => report.step === step)?.values ?? valuesIn(seen)!);
  const differing = Object.keys(one!).find((name) => one![name] !== two![name]);
  const after = step === undefined ? '' : ` after step ${step}`;
  if (differing !== undefined) return `yes: ${one![differing]} and ${two![differing]}${after}, with two distant configurations`;
  const same = `${Object.values(one!)[0]}${after} with two distant configurations`;
  return areWhole ? `no: ${same}; ${WHAT_TO_CHECK}` : `not yet: ${same}`;
}

export function partingText(seen: CheckedRun | undefined, grace = GRACE): string {
  if (seen?.parting === undefined) return 'not tried, as the program ended first';
  return seen.parting >= grace
    ? `ignored: it was killed after ${grace} s`
    : `obeyed: it ended within ${Math.max(0.1, seen.parting).toFixed(1)} s`;
}

export function resumeText(second: CheckedRun | undefined, kept: string | undefined): string {
  if (kept === undefined) return 'not possible: it saved no checkpoint in HYPERTIDE_CHECKPOINT_DIR, and printed no path to one';
  const step = second?.reports[0]?.step;
  if (step === undefined) return 'unknown, as no step was reported';
  return resumes(second)
    ? `yes: the second run began with step ${step}`
    : `no: the second run began with step ${step}, despite its checkpoint`;
}

/** The way of early stopping that follows. */
export function adviceText(
  first: CheckedRun,
  second: CheckedRun | undefined,
  kept: string | undefined,
  isOn: boolean,
  path: string,
): string {
  if (first.reports.length === 0) return 'not possible without steps';
  const whole = wholeOf(first);
  const now = isOn
    ? 'on: trials that fall behind are stopped'
    : `possible, but off: to turn it on, write the steps of a whole trial in ${path}${whole === undefined ? ', as "epochs: N"' : `: "epochs: ${whole}"`}`;
  const canPause = keepsBudget(first) && kept !== undefined && resumes(second);
  return canPause ? `${now}; with "resumes: true", trials pause instead, and the best are resumed` : now;
}

/** For how many steps the program trains, if a run with a budget shows it. */
function wholeOf(first: CheckedRun): number | undefined {
  if (keepsBudget(first)) return undefined;
  return first.outcome.type === 'completed' ? first.reports.at(-1)!.step : first.total;
}

/** The line about configurations from earlier studies. */
export function earlierText({ studies, configurations }: NonNullable<Created['earlier']>): string {
  const from = studies.map(({ study, results }) => `${study} (${results} results)`).join(', ');
  return `${configurations.length} configurations to try first, by ${from}`;
}
