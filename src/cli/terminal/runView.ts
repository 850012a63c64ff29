import { Subject } from 'rxjs';
import { type Progress, progress, trials } from '../../../streams/results/observe.ts';
import { pareto } from '../../../streams/results/pareto.ts';
import type { CloseReason, Fact, FailedFact, ObjectiveSpec, Params } from '../../facts/facts.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { TrialId } from '../../messages.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import { crashRegions, crashText } from '../../study/crashes.ts';
import { atEdges, edgeText } from '../../study/edges.ts';
import { type Alike, failureKind } from '../../study/failingAlike.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import { bestFirst, type TrialRow } from '../../study/trials.ts';
import { nearby, print } from './output.ts';
import { passedOver } from './passedOver.ts';
import { stripControls } from './plainText.ts';
import { progressLine, trialLine } from './render.ts';
import type { StatusLine } from './statusLine.ts';
import { table } from './table.ts';

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

/** Prints a study as it runs, and its results. */
export interface Watch {
  /** @param trace the trace of its run, which lines of the log name */
  apply(noted: AppliedEntry<Params>, trace?: string): void;
  /** Whether the study was paused before this start, and still is. */
  readonly paused: boolean;
  /** @returns how many trials have completed, including earlier runs. */
  conclude(conclusion: Conclusion): number;
}

/** How many of the best trials are printed at the end; of a front, all. */
const TOP = 10;

/** @param past position of the last entry before this start. */
export function watch(screen: StatusLine, past: number, json: boolean): Watch {
  const noted$ = new Subject<AppliedEntry<Params>>();
  const rows = new Map<TrialId, TrialRow>();
  let since = performance.now();
  let before = 0;
  let state: Progress<Params> = { trials: 0, open: 0, completed: 0, stopped: 0, failed: 0, uncounted: 0 };
  let limit: number | undefined;
  let objective: ObjectiveSpec = { name: 'value', direction: 'minimize' };
  /** With several objectives, the front. */
  let front: readonly TrialRow[] | undefined;
  let parameters: Readonly<Record<string, Dimension>> = {};
  const passed = passedOver();
  let live = past === 0;
  let paused = false;
  let left = false;
  /** The trace of the run of the entry that is shown. */
  let traceId: string | undefined;
  /** The trials whose failure was printed in full. */
  const failures = new Map<string, TrialRow>();

  const status = () => {
    const seconds = (performance.now() - since) / 1000;
    return progressLine(state, { limit, objective: objective.name, rate: seconds > 0 ? (endedIn(state) - before) / seconds : 0 });
  };
  const tell = (row: TrialRow) => {
    const before = failures.get(failureKind(row));
    if (json) print(JSON.stringify(row));
    else if (!screen.terminal || row.status === 'failed')
      screen.line(
        trialLine(row, before),
        omitUndefined({
          level: row.status === 'failed' ? ('warn' as const) : ('info' as const),
          trial: row.trial,
          run: row.run,
          trace_id: traceId,
        }),
      );
    if (row.status === 'failed' && before === undefined) failures.set(failureKind(row), row);
  };
  const caughtUp = () => {
    live = true;
    left = paused;
    since = performance.now();
    before = endedIn(state);
    const uncounted = state.uncounted > 0 ? `; ${state.uncounted} failed ones do not count` : '';
    const trials = state.trials === 1 ? '1 trial exists' : `${state.trials} trials exist`;
    screen.line(`resuming: ${trials}, ${state.completed} of them completed${uncounted}`);
    const line = passed.line();
    if (line !== undefined) screen.line(line);
  };
  const pause = (now: boolean) => {
    if (live && now !== paused) screen.line(now ? 'the study is paused: no new trials begin' : 'the study continues');
    paused = now;
    left &&= now;
  };
  const take = (fact: Fact) => {
    if (fact.type === 'created') {
      limit ??= fact.limits.trials; // the fact may be stored twice
      objective = fact.objectives[0]!;
      parameters = (fact.space as SpaceData).parameters;
    }
    if (fact.type !== 'changed') return;
    limit = fact.limits?.trials ?? limit;
    if (fact.paused !== undefined) pause(fact.paused);
  };
  const triedAgain = ({ trial, run, reason, message = '' }: FailedFact) => {
    if (live)
      screen.line(
        `trial ${trial} ${reason}${message && `: ${stripControls(message)}`}; it is retried`,
        omitUndefined({ level: 'warn' as const, trial, run, trace_id: traceId }),
      );
  };
  noted$.pipe(trials()).subscribe((row) => {
    rows.set(row.trial, row);
    if (live) tell(row);
  });
  noted$.pipe(pareto()).subscribe((now) => {
    front = Object.keys(now.reference).length > 1 ? now.rows : undefined;
  });
  noted$.pipe(progress()).subscribe((now) => {
    state = now;
  });
  return {
    apply: (noted, trace) => {
      traceId = trace;
      const { fact, event, refusal } = noted;
      if (!refusal && fact.type === 'failed' && event === undefined) triedAgain(fact);
      if (!live) passed.apply(noted);
      noted$.next(noted);
      if (!refusal) take(fact);
      if (!live && noted.position >= past) caughtUp();
      if (live && !json) screen.status(status);
    },
    get paused() {
      return left;
    },
    conclude: (conclusion) => {
      const { ending, journal, directory, damaged } = conclusion;
      const reason = ending.type === 'closed' ? state.closed! : ending.type;
      const best = front ?? bestFirst(rows.values(), objective).slice(0, TOP);
      if (json) {
        const { trials, completed } = state;
        print(JSON.stringify(omitUndefined({ reason, trials, completed, damaged: damaged || undefined, journal, best: best[0], front })));
      } else if (best.length > 0) print(table(best));
      const why = ending.type === 'alike' ? stoppedAs(ending.alike) : said[reason as keyof typeof said];
      screen.line(`${why}; the study is in ${journal}, the output of the trials in ${nearby(directory)}`);
      const saved = ending.type === 'closed' && !json ? savedBy(rows.values()) : undefined;
      if (saved !== undefined) screen.line(saved);
      if (!json && front === undefined)
        for (const edge of atEdges(parameters, bestFirst(rows.values(), objective), state.completed + state.stopped))
          screen.line(edgeText(edge));
      if (!json)
        for (const region of crashRegions(parameters, [...rows.values()])) screen.line(stripControls(crashText(region)), { level: 'warn' });
      const began = { before, past, hasBest: best.length > 0 };
      for (const line of nextSteps(conclusion, state, [...rows.values()], began, json)) screen.line(line);
      if (damaged > 0) screen.line(damageLine(damaged, journal), { level: 'warn' });
      return state.completed;
    },
  };
}

const endedIn = ({ completed, stopped, failed }: Progress<Params>): number => completed + stopped + failed;

/** What there was before a run: the trials that had ended, and the position of the last entry. */
interface Began {
  readonly before: number;
  readonly past: number;
  /** Whether there is a result now. */
  readonly hasBest: boolean;
}

/** What a person can do when a run has ended. */
function* nextSteps(
  { journal, directory, ending, again }: Conclusion,
  state: Progress<Params>,
  rows: readonly TrialRow[],
  { before, past, hasBest }: Began,
  json: boolean,
): Generator<string> {
  const ended = endedIn(state);
  if (ending.type === 'alike') {
    const { trials, message } = ending.alike;
    const last = trials.at(-1)!;
    if (json) yield `trial ${last}: ${stripControls(message)}`; // otherwise its line shows it
    yield `"hypertide logs ${journal} ${last}" shows what it printed; correct the program and repeat the command: these trials are not counted, and "hypertide retry ${journal}" tries them again`;
    yield `to change the objective or the parameters, delete ${journal} and ${nearby(directory)} first: they hold no result`;
  } else if (state.completed === 0 && ended > 0) {
    const broken = rows.findLast(({ status, reason }) => status === 'failed' && reason !== 'infeasible');
    yield broken ? nothingCompleted(broken, journal) : 'no trial was completed';
  }
  if (ending.type === 'interrupted') yield `to resume: ${again}`;
  if (ending.type === 'paused') yield `to continue: hypertide change ${journal} --resume, then the same command`;
  if (ending.type !== 'closed') return;
  if (ended > before && hasBest) yield `next: hypertide dashboard ${shellQuoted(journal)}`;
  else if (ended === before && past > 0 && state.closed! in onward)
    yield `to continue: hypertide change ${journal} ${onward[state.closed!]}, then the same command`;
}

/**
 * The line about what early stopping has saved, if no trial resumes another one. A program may train for fewer steps than the study allows; the
 * rungs above these then decide nothing, so the line says so.
 */
export function savedBy(rows: Iterable<TrialRow>): string | undefined {
  const ended = [...rows].filter(({ status, budget }) => budget !== undefined && (status === 'completed' || status === 'stopped'));
  const stopped = ended.filter(({ status }) => status === 'stopped').length;
  if (stopped === 0 || ended.some(({ resumes, step }) => resumes !== undefined || step === undefined)) return undefined;
  const longest = Math.max(0, ...ended.filter(({ status }) => status === 'completed').map(({ step }) => step!));
  const allowed = Math.max(...ended.map(({ budget }) => budget!));
  const [trained, whole] = ended.reduce(
    ([done, all], { step, budget }) => [done + step!, all + Math.min(budget!, longest || budget!)],
    [0, 0],
  );
  const saved = `early stopping saved ${Math.round(100 * (1 - trained / whole))} % of the training: ${stopped} of ${ended.length} trials were stopped (${trained} of ${whole} steps)`;
  return longest > 0 && longest < allowed
    ? `${saved}; your program trains for ${longest} steps, not ${allowed}: trials are compared at better steps with "epochs: ${longest}" in a new study`
    : saved;
}

const damageLine = (lines: number, journal: string): string =>
  `${lines === 1 ? '1 line of the journal is' : `${lines} lines of the journal are`} damaged; "hypertide repair ${shellQuoted(journal)}" writes a copy with all that can be restored`;

const stoppedAs = ({ how, trials }: Alike): string =>
  `stopped, as the first trials failed ${how} (trials ${trials.toSorted((a, b) => a - b).join(', ')})`;

/** What to do if no trial has completed. @param failed the last trial that failed. */
const nothingCompleted = ({ trial }: TrialRow, journal: string): string =>
  `no trial was completed; "hypertide logs ${journal} ${trial}" shows why trial ${trial} failed. Correct the program, then "hypertide retry ${journal}" and this command try the failed trials again`;

/** Options of `change` that reopen a closed study. None helps if every configuration has been tried, and `seconds` begins again with each run. */
const onward: Readonly<Partial<Record<CloseReason, string>>> = {
  trials: '--more 10',
  plateau: '--more 10',
  person: '--more 10',
  target: '--target, and a better one',
  cost: '--cost, and a higher one',
};

const said: Readonly<Record<CloseReason | Exclude<Ending['type'], 'closed' | 'alike'>, string>> = {
  trials: 'all trials are done',
  target: 'the target is reached',
  cost: 'the cost limit is reached',
  plateau: 'the results no longer improve',
  exhausted: 'there is nothing left to try',
  time: 'the time is up',
  person: 'the study was closed',
  interrupted: 'interrupted',
  paused: 'the study is paused',
  failed: 'the study failed',
};
