import type { Progress } from '../../../streams/results/observe.ts';
import type { CloseReason, Params } from '../../facts/facts.ts';
import { crashRegions, crashText } from '../../insight/crashes.ts';
import { atEdges, edgeText } from '../../insight/edges.ts';
import type { Alike } from '../../insight/failingAlike.ts';
import { type EarlyStopping, earlyTexts } from '../../insight/recommendation/earlyStopping.ts';
import { type EndAndCost, reopening } from '../../insight/recommendation/reopening.ts';
import { type Advice, withAction } from '../../insight/recommendation/verdict.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import { stripControls } from '../../study/plainText.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import type { TrialRow } from '../../study/trials.ts';
import { nearby } from '../../text/output.ts';
import type { About } from '../../text/statusLine.ts';

/** How a run of a study ended. */
export type Ending =
  | { readonly type: 'closed' }
  | { readonly type: 'interrupted' }
  /** It is paused, and no dashboard is open to resume it. */
  | { readonly type: 'paused' }
  /** The first trials failed. */
  | { readonly type: 'alike'; readonly alike: Alike }
  | { readonly type: 'failed'; readonly error: unknown };

export interface Conclusion {
  readonly journal: string;
  /** How many of its lines are damaged. */
  readonly damaged: number;
  /** Directory of the output and files of the trials. */
  readonly directory: string;
  readonly ending: Ending;
  /** The command that resumes it. */
  readonly again: string;
}

/** A study as it was when its run ended. */
export interface FinishedRun {
  readonly state: Progress<Params>;
  readonly rows: readonly TrialRow[];
  /** The trials with a result, best first; of several objectives, the front. */
  readonly best: readonly TrialRow[];
  readonly isFront: boolean;
  /** What to say about objectives whose value is the same in all results. */
  readonly constants: readonly string[];
  /** What early stopping did, if the study closed. */
  readonly early: EarlyStopping | undefined;
  readonly parameters: Readonly<Record<string, Dimension>>;
  /** Whether to go on; undefined without a result. */
  readonly verdict: Advice | undefined;
  /** What repetitions tell about the best trial, if there are any. */
  readonly repeated: string | undefined;
  /** What it closed by, if it did. */
  readonly end: EndAndCost;
  /** How many trials had ended before this run. */
  readonly before: number;
  /** Position of the last entry before this run. */
  readonly past: number;
}

/** Why the run ended. */
export const reasonFor = ({ ending }: Conclusion, { state }: FinishedRun): CloseReason | Exclude<Ending['type'], 'closed'> =>
  ending.type === 'closed' ? state.closed! : ending.type;

/** The lines at the end of a run, besides its results and what to do next. @param json whether the program that reads them has the results as JSON */
export function* conclusionLines(
  conclusion: Conclusion,
  run: FinishedRun,
  json: boolean,
): Generator<readonly [text: string, about?: About]> {
  const { ending, journal, directory, damaged } = conclusion;
  const { state, rows, best, isFront, constants, early, parameters } = run;
  const why = ending.type === 'alike' ? stoppedAs(ending.alike) : said[reasonFor(conclusion, run) as keyof typeof said];
  yield [`${why}; the study is in ${journal}, the output of the trials in ${nearby(directory)}`];
  if (!json) {
    if (early) for (const text of earlyTexts(early)) yield [stripControls(text)];
    if (!isFront) for (const edge of atEdges(parameters, best, state.completed + state.stopped)) yield [edgeText(edge)];
    for (const constant of constants) yield [stripControls(constant), { level: 'warn' }];
    for (const region of crashRegions(parameters, rows)) yield [stripControls(crashText(region)), { level: 'warn' }];
  }
  if (damaged > 0) yield [damageLine(damaged, journal), { level: 'warn' }];
}

/** How many trials have ended. */
export const endedCount = ({ completed, stopped, failed }: Progress<Params>): number => completed + stopped + failed;

/** What a person can do when a run has ended. */
export function* nextSteps({ journal, directory, ending, again }: Conclusion, run: FinishedRun, json: boolean): Generator<string> {
  const { state, rows, verdict, repeated, end, before, past } = run;
  const ended = endedCount(state);
  if (ending.type === 'alike') {
    const { trials, message } = ending.alike;
    const last = trials.at(-1)!;
    if (json) yield `trial ${last}: ${stripControls(message)}`; // otherwise its line shows it
    if (message.startsWith('no-result')) yield '"hypertide check" with this study file and --fix looks for the value, in files as well';
    yield `"hypertide trial logs ${journal} ${last}" shows what it printed; correct the program and repeat the command: these trials are not counted, and "hypertide trial retry ${journal}" tries them again`;
    yield `to change the objective or the parameters, delete ${journal} and ${nearby(directory)} first: they hold no result`;
  } else if (state.completed === 0 && ended > 0) {
    yield nothingCompleted(rows, journal, end);
  }
  if (ending.type === 'interrupted') yield `to resume: ${again}`;
  if (ending.type === 'paused') yield `to continue: hypertide resume ${journal}, then the same command`;
  if (ending.type !== 'closed') return;
  if (ended > before && verdict) {
    if (repeated !== undefined) yield repeated;
    const asked = withAction(verdict, ` ${shellQuoted(journal)}`, end);
    yield asked === verdict.text ? asked : `${asked}, then the same command`;
    yield `next: hypertide dashboard ${shellQuoted(journal)}`;
  } else if (ended === before && past > 0) {
    const options = end.closed === 'target' ? '--target, and a better one' : reopening(end);
    if (options !== undefined) yield `to continue: hypertide change ${shellQuoted(journal)} ${options}, then the same command`;
  }
}

const damageLine = (lines: number, journal: string): string =>
  `${lines === 1 ? '1 line of the journal is' : `${lines} lines of the journal are`} damaged; "hypertide study repair ${shellQuoted(journal)}" writes a copy of what can be read`;

const stoppedAs = ({ how, trials }: Alike): string =>
  `stopped, as the first trials failed ${how} (trials ${trials.toSorted((a, b) => a - b).join(', ')})`;

/** What to do if no trial has completed. */
function nothingCompleted(rows: readonly TrialRow[], journal: string, end: EndAndCost): string {
  const none = 'no trial was completed';
  const failed = rows.findLast(({ status, reason }) => status === 'failed' && reason !== 'infeasible');
  if (failed)
    return `${none}; "hypertide trial logs ${journal} ${failed.trial}" shows why trial ${failed.trial} failed. Correct the program, then "hypertide trial retry ${journal}" and this command try the failed trials again`;
  if (rows.every(({ status }) => status === 'failed'))
    return `${none}, because no configuration was feasible: allow other values in the study file, and name a new journal with --journal`;
  if (!rows.every(({ status, reason }) => status === 'stopped' && reason !== 'person' && reason !== 'timeLimit')) return none;
  const stopped = `${none}, because early stopping stopped each one`;
  const options = reopening(end);
  if (options === undefined) return stopped;
  return `${stopped}; "hypertide change ${journal} ${options} --strategy auto" and this command train more trials, to their end`;
}

const said: Readonly<Record<CloseReason | Exclude<Ending['type'], 'closed' | 'alike'>, string>> = {
  trials: 'all trials are done',
  target: 'the target is reached',
  cost: 'the cost limit is reached',
  spend: 'the spending limit is reached',
  plateau: 'the results no longer improve',
  exhausted: 'the strategy has nothing left to try',
  time: 'the time is up',
  person: 'the study was closed',
  interrupted: 'interrupted',
  paused: 'the study is paused',
  failed: 'the study failed',
};
