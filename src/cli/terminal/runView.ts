import { Subject } from 'rxjs';
import { type Progress, progress, trials } from '../../../streams/results/observe.ts';
import { pareto } from '../../../streams/results/pareto.ts';
import type { Fact, FailedFact, ObjectiveSpec, Params } from '../../facts/facts.ts';
import { constantTexts } from '../../insight/constantResults.ts';
import { failureKind } from '../../insight/failingAlike.ts';
import { LATEST, timeLeft } from '../../insight/progress.ts';
import { mayBeBetter } from '../../insight/recommendation/mayBeBetter.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { RungResults } from '../../samplers/budgets/rungResults.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import { passedOver } from '../../stores/passedOver.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
import { print } from '../../text/output.ts';
import { stripControls } from '../../text/plainText.ts';
import { progressFrame, progressLine, type Shown, trialLine } from '../../text/progress.ts';
import type { Status, StatusLine } from '../../text/statusLine.ts';
import { card } from './card.ts';
import { type Conclusion, conclusionLines, endedIn, nextSteps, reasonFor } from './conclusion.ts';
import { table } from './table.ts';
import { trend } from './trend.ts';

/** Prints a study as it runs, and its results. */
export interface RunWatch {
  /** @param trace the trace of its run, which lines of the log name */
  apply(entry: AppliedEntry<Params>, trace?: string): void;
  /** Whether the study was paused before this start, and still is. */
  readonly paused: boolean;
  /** @returns how many trials have completed, including earlier runs. */
  conclude(conclusion: Conclusion): number;
}

/** @param past position of the last entry before this start. @param how the process continues from there */
export function watch(screen: StatusLine, past: number, json: boolean, how: string): RunWatch {
  const applied$ = new Subject<AppliedEntry<Params>>();
  const rows = new Map<TrialId, TrialRow>();
  const all = new TrialRows();
  const open = new Map<TrialId, TrialRow>();
  let since = performance.now();
  let before = 0;
  let state: Progress<Params> = { trials: 0, open: 0, completed: 0, stopped: 0, failed: 0, uncounted: 0 };
  let limit: number | undefined;
  let objectives: readonly ObjectiveSpec[] = [{ name: 'value', direction: 'minimize' }];
  let strategy: unknown;
  /** How long this process may work on the study. */
  let seconds: number | undefined;
  /** With several objectives, the front. */
  let front: readonly TrialRow[] | undefined;
  /** The name under which the program prints the only objective, if it differs. */
  let printed: string | undefined;
  let parameters: Readonly<Record<string, Dimension>> = {};
  const results = new RungResults();
  const passed = passedOver();
  const trainers = watchTrainers(() => past);
  let live = past === 0;
  let paused = false;
  let left = false;
  /** The trace of the run of the entry that is shown. */
  let traceId: string | undefined;
  /** The trials whose failure was printed in full. */
  const failures = new Map<string, TrialRow>();

  /** The latest trials that have ended, by which the time left is estimated. */
  let latest: readonly TrialRow[] = [];
  const picture = trend(
    () => rows.values(),
    () => rows.size,
  );
  const shown = (): Shown => {
    const elapsed = performance.now() - since;
    const running = [...open.values()].filter((row) => row.running);
    const more = limit === undefined || paused ? undefined : Math.max(0, limit + state.uncounted - state.trials) + state.open;
    const left = [more && timeLeft(latest, more, running.length), seconds && 1000 * seconds - elapsed].filter((time) => time !== undefined);
    return {
      limit,
      objective: objectives[0]!.name,
      rate: elapsed > 0 ? (1000 * (endedIn(state) - before)) / elapsed : 0,
      elapsed,
      left: left.length > 0 ? Math.max(0, Math.min(...left)) : undefined,
      running,
      paused,
      front: objectives.length > 1 ? (front?.length ?? 0) : undefined,
      trend: objectives.length > 1 ? undefined : (columns, lines) => picture(columns, lines, objectives[0]!),
    };
  };
  const status: Status = {
    frame: (columns, height) => progressFrame(state, shown(), columns, height),
    line: () => progressLine(state, shown()),
  };
  const tell = (row: TrialRow) => {
    const alike = failures.get(failureKind(row));
    if (json) print(JSON.stringify(row));
    else if (!screen.terminal || row.status === 'failed')
      screen.line(
        trialLine(row, alike),
        omitUndefined({
          level: row.status === 'failed' ? ('warn' as const) : ('info' as const),
          trial: row.trial,
          run: row.run,
          trace_id: traceId,
        }),
      );
    if (row.status === 'failed' && alike === undefined) failures.set(failureKind(row), row);
  };
  const caughtUp = () => {
    live = true;
    left = paused;
    since = performance.now();
    before = endedIn(state);
    const uncounted = state.uncounted > 0 ? `; ${state.uncounted} failed ones do not count` : '';
    const trials = state.trials === 1 ? '1 trial exists' : `${state.trials} trials exist`;
    screen.line(`${how}: ${trials}, ${state.completed} of them completed${uncounted}`);
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
      seconds ??= fact.limits.seconds;
      ({ objectives, strategy } = fact);
      parameters = (fact.space as SpaceData).parameters;
    }
    if (fact.type === 'completed') printed = fact.metric;
    if (fact.type !== 'changed') return;
    limit = fact.limits?.trials ?? limit;
    seconds = fact.limits?.seconds ?? seconds;
    strategy = fact.strategy ?? strategy;
    if (fact.paused !== undefined) pause(fact.paused);
  };
  const triedAgain = ({ trial, run, reason, message = '' }: FailedFact) => {
    if (live)
      screen.line(
        `trial ${trial} ${reason}${message && `: ${stripControls(message)}`}; it is retried`,
        omitUndefined({ level: 'warn' as const, trial, run, trace_id: traceId }),
      );
  };
  applied$.pipe(trials()).subscribe((row) => {
    rows.set(row.trial, row);
    if (row.endedAt !== undefined) latest = [...latest.slice(1 - LATEST), row];
    if (live) tell(row);
  });
  applied$.pipe(pareto()).subscribe((now) => {
    front = Object.keys(now.reference).length > 1 ? now.rows : undefined;
  });
  applied$.pipe(progress()).subscribe((now) => {
    state = now;
  });
  return {
    apply: (entry, trace) => {
      traceId = trace;
      const { fact, event, refusal } = entry;
      if (!refusal && fact.type === 'failed' && event === undefined) triedAgain(fact);
      if (!live) passed.apply(entry);
      applied$.next(entry);
      const row = all.apply(entry);
      if (row?.status === 'open') open.set(row.trial, row);
      else if (row) open.delete(row.trial);
      if (event?.type === 'suggested' || event?.type === 'reported' || event?.type === 'ended') results.tell(event);
      if (!refusal) take(fact);
      const mistake = trainers(entry);
      if (mistake !== undefined) screen.line(stripControls(mistake), { level: 'warn' });
      if (!live && entry.position >= past) caughtUp();
      if (live && !json) screen.status(status);
    },
    get paused() {
      return left;
    },
    conclude: (conclusion) => {
      const ranked = front ?? bestFirst(rows.values(), objectives[0]!);
      const constants = constantTexts({ objectives, strategy }, rows.values(), printed);
      const ahead = front === undefined && ranked[0] ? mayBeBetter(results, rows.values(), ranked[0]) : [];
      const run = {
        state,
        rows: [...rows.values()],
        best: ranked,
        isFront: front !== undefined,
        constants,
        ahead,
        parameters,
        before,
        past,
      };
      for (const [text, about] of conclusionLines(conclusion, run, json)) screen.line(text, about);
      if (json) {
        const { damaged, journal } = conclusion;
        const { trials, completed } = state;
        const reason = reasonFor(conclusion, run);
        print(JSON.stringify(omitUndefined({ reason, trials, completed, damaged: damaged || undefined, journal, best: ranked[0], front })));
      } else if (ranked[0] !== undefined) {
        const answer = front
          ? table(front)
          : card({ row: ranked[0], objective: objectives[0]!, ranked, rows: run.rows, directory: conclusion.directory });
        print(screen.terminal && process.stdout.isTTY ? `\n${answer}\n` : answer);
      }
      for (const line of nextSteps(conclusion, run, json)) screen.line(line);
      return state.completed;
    },
  };
}
